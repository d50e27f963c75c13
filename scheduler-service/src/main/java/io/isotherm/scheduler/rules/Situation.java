package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.PolicySpec;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What one policy of a run decides from.
 *
 * @param run as it is described
 * @param policy that decides
 * @param policyBy who has set it, if not the description
 * @param hold who has put the run on hold, if anybody has
 * @param blind whether outcomes of the step came before anybody needed what the policy is applied
 *     to; the factors stay as on hold
 * @param shadow names the policy if it is one that is only shown
 * @param step to decide
 * @param epoch of that step
 * @param alphas of all layers of which anything is known
 * @param missing layers without an outcome at that step
 * @param revision of the decision
 * @param track of the policy so far
 */
record Situation(
    RunDescription run,
    PolicySpec policy,
    Optional<Signature> policyBy,
    Optional<Signature> hold,
    boolean blind,
    Optional<String> shadow,
    long step,
    int epoch,
    SortedMap<String, LayerAlpha> alphas,
    List<String> missing,
    long revision,
    PolicyTrack track) {

  /** Whether the factors in force are to stay. */
  boolean holds() {
    return hold.isPresent() || blind;
  }

  /** The same for a policy that is only shown, and that no hold stops. */
  Situation asShadow(
      String name, PolicySpec shadowPolicy, boolean isBlind, PolicyTrack shadowTrack) {
    return new Situation(
        run,
        shadowPolicy,
        Optional.empty(),
        Optional.empty(),
        isBlind,
        Optional.of(name),
        step,
        epoch,
        alphas,
        missing,
        revision,
        shadowTrack);
  }
}
