package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.Optional;

/**
 * A policy that decides, and what concerns it alone.
 *
 * @param by who has set it, if not the description
 * @param hold who has put the run on hold, if anybody has
 * @param shadow names the policy if it is one that is only shown
 * @param track of the policy so far
 */
record PolicyInForce(
    PolicySpec policy,
    Optional<Signature> by,
    Optional<Signature> hold,
    Optional<String> shadow,
    PolicyTrack track) {

  static PolicyInForce of(RunDescription run, Controls controls, PolicyTrack track) {
    return new PolicyInForce(
        controls.policy().map(PolicyChange::policy).orElse(run.policy()),
        controls.policy().map(PolicyChange::by),
        controls.hold(),
        Optional.empty(),
        track);
  }

  /** One that is only shown, and that no hold stops. */
  static PolicyInForce shadow(String name, PolicySpec policy, PolicyTrack track) {
    return new PolicyInForce(policy, Optional.empty(), Optional.empty(), Optional.of(name), track);
  }

  /** The same without a past that makes no difference to its decision. */
  PolicyInForce withoutIdlePast() {
    return hold.isPresent() || policy.remembers()
        ? this
        : new PolicyInForce(policy, by, hold, shadow, PolicyTrack.EMPTY);
  }
}
