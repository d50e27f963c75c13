package io.isotherm.contracts.decision;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.contracts.control.Signature;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * One decision of the scheduler: a factor for every layer of a run, on its learning rate and where
 * the policy says so on its weight decay.
 *
 * @param run names the run
 * @param incarnation of the run that the decision belongs to
 * @param id a hash of the decision's inputs: the same inputs give the same id
 * @param revision 1 for the first decision of an incarnation, then one more each time
 * @param step the step that the decision is based on; grows from decision to decision
 * @param epoch the epoch of that step
 * @param policy what computed the factors
 * @param baseLearningRate the base rate at {@code step}; with an external schedule the newest one
 *     that the trainer has told, and absent if it has told none
 * @param layers all weight layers in the network's order, each norm layer behind the layer that it
 *     follows
 * @param missing the weight layers that had no outcome for {@code step} when the deadline passed,
 *     and stand here with their last known alpha; empty when the step was complete
 * @param rampSteps over how many steps the trainer goes from the factors that it has to these,
 *     linearly; 0 or 1 changes them at once
 * @param weightDecayRampSteps the same for weight decay
 * @param policyBy who has set the policy; absent if it is the run description's
 * @param hold who has put the run on hold; absent if nobody has
 * @param shadow names the shadow policy that this decision is of: it is to be shown and never to be
 *     applied; absent in the decision that counts
 */
public record Decision(
    String run,
    long incarnation,
    String id,
    long revision,
    long step,
    int epoch,
    PolicySpec policy,
    OptionalDouble baseLearningRate,
    List<LayerRate> layers,
    List<String> missing,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonProperty(defaultValue = "0")
        @JsonSetter(nulls = Nulls.AS_EMPTY)
        long rampSteps,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonProperty(defaultValue = "0")
        @JsonSetter(nulls = Nulls.AS_EMPTY)
        long weightDecayRampSteps,
    Optional<Signature> policyBy,
    Optional<Signature> hold,
    Optional<String> shadow) {

  /** Checks the numbers, and that no layer is named twice. */
  public Decision {
    Names.requireRun(run);
    Checks.requirePositive("incarnation of run '" + run + "'", incarnation);
    Checks.requireText("id of a decision for run '" + run + "'", id);
    Checks.requirePositive("revision of decision " + id, revision);
    Checks.requireNotNegative("step of decision " + id, step);
    Checks.requireNotNegative("epoch of decision " + id, (long) epoch);
    Checks.requirePresent("policy of decision " + id, policy);
    baseLearningRate = baseLearningRate == null ? OptionalDouble.empty() : baseLearningRate;
    baseLearningRate.ifPresent(
        rate -> Checks.requireNotNegative("baseLearningRate of decision " + id, rate));
    layers = Checks.requireElements("layers of decision " + id, layers);
    missing = Checks.requireElements("missing of decision " + id, missing);
    PolicyOptions.requireRamp("rampSteps of decision " + id, rampSteps);
    PolicyOptions.requireRamp("weightDecayRampSteps of decision " + id, weightDecayRampSteps);
    policyBy = policyBy == null ? Optional.empty() : policyBy;
    hold = hold == null ? Optional.empty() : hold;
    shadow = shadow == null ? Optional.empty() : shadow;
    shadow.ifPresent(Names::requireShadow);
    Set<String> names = new HashSet<>();
    for (LayerRate layer : layers) {
      if (!names.add(layer.layer())) {
        throw new IllegalArgumentException(
            "decision %s names layer '%s' twice".formatted(id, layer.layer()));
      }
    }
    for (String layer : missing) {
      if (!names.contains(layer)) {
        throw new IllegalArgumentException(
            "decision %s misses layer '%s', which is not among its layers".formatted(id, layer));
      }
    }
  }

  /** The decision that counts, in force at once, under the description's policy and not on hold. */
  public Decision(
      String run,
      long incarnation,
      String id,
      long revision,
      long step,
      int epoch,
      PolicySpec policy,
      double baseLearningRate,
      List<LayerRate> layers,
      List<String> missing) {
    this(
        run,
        incarnation,
        id,
        revision,
        step,
        epoch,
        policy,
        OptionalDouble.of(baseLearningRate),
        layers,
        missing,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
