package io.isotherm.client;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Judges decisions. Fails closed: what is not wholly in order changes nothing. For the receiver's
 * thread.
 */
final class DecisionGate {

  private final RunDescription run;
  private final Set<String> layers = new HashSet<>();
  private final FactorBounds bounds;
  private final LongSupplier newestStep;
  private long lastRevision;
  private Map<String, Double> lastFactors;
  private Map<String, Double> lastWeightDecayFactors;

  /**
   * For one incarnation of a run.
   *
   * @param first what the incarnation starts with
   * @param newestStep the newest step that the run has reached
   */
  DecisionGate(RunDescription run, FactorBounds bounds, Rates first, LongSupplier newestStep) {
    this.run = run;
    this.bounds = bounds;
    this.newestStep = newestStep;
    this.lastFactors = first.learningRate().to();
    this.lastWeightDecayFactors = first.weightDecay().to();
    for (LayerDescription layer : run.layers()) {
      layers.add(layer.name());
      layers.addAll(layer.normLayers());
    }
  }

  /** What to do with a decision. */
  sealed interface Verdict {
    /** It is in order and newer than the one before. */
    record Accepted(Targets targets) implements Verdict {}

    /**
     * It belongs to another incarnation, or a newer one has been accepted.
     *
     * @param larger whether its incarnation is larger: the run is being trained by somebody else
     */
    record Fenced(String reason, boolean larger) implements Verdict {}

    /** It is not in order. */
    record Rejected(String reason) implements Verdict {}
  }

  /** Judges a decision, and remembers it if it is accepted. */
  Verdict judge(Decision decision) {
    if (decision.incarnation() != run.incarnation()) {
      return new Verdict.Fenced(
          "decision %s is for incarnation %d".formatted(decision.id(), decision.incarnation()),
          decision.incarnation() > run.incarnation());
    }
    if (decision.shadow().isPresent()) {
      return new Verdict.Rejected(
          "decision %s is of shadow '%s', which is never applied"
              .formatted(decision.id(), decision.shadow().get()));
    }
    if (decision.revision() <= lastRevision) {
      return new Verdict.Fenced(
          "decision %s has revision %d, but %d is in force"
              .formatted(decision.id(), decision.revision(), lastRevision),
          false);
    }
    if (decision.step() > newestStep.getAsLong()) {
      return new Verdict.Rejected(
          "decision %s is based on step %d, which the run has not reached"
              .formatted(decision.id(), decision.step()));
    }
    return judgeFactors(decision);
  }

  private Verdict judgeFactors(Decision decision) {
    Map<String, Double> factors = new HashMap<>();
    Map<String, Double> weightDecayFactors = new HashMap<>();
    // A resumed run has factors that the scheduler does not know: what is held stays as it is here.
    boolean next = decision.revision() == lastRevision + 1;
    Set<String> held = next ? held(decision, LayerRate::role) : Set.of();
    Set<String> decayHeld =
        next
            ? held(
                decision,
                rate -> rate.weightDecay().map(LayerRate.WeightDecay::role).orElse(Role.TUNED))
            : Set.of();
    for (LayerRate rate : decision.layers()) {
      String layer = rate.layer();
      factors.put(
          layer, held.contains(layer) ? lastFactors.getOrDefault(layer, 1.0) : rate.factor());
      rate.weightDecay()
          .ifPresent(
              decay ->
                  weightDecayFactors.put(
                      layer,
                      decayHeld.contains(layer)
                          ? lastWeightDecayFactors.getOrDefault(layer, 1.0)
                          : decay.factor()));
    }
    if (!factors.keySet().equals(layers)) {
      return new Verdict.Rejected(
          "decision %s must have a factor for exactly the layers of the run; %s"
              .formatted(decision.id(), difference(factors.keySet())));
    }
    return refusal(decision, "factor", factors)
        .or(() -> refusal(decision, "weight decay factor", weightDecayFactors))
        .<Verdict>map(Verdict.Rejected::new)
        .orElseGet(() -> accept(decision, factors, weightDecayFactors));
  }

  /** The layers whose factor is held, and those that follow them. */
  private static Set<String> held(Decision decision, Function<LayerRate, Role> role) {
    Set<String> held = new HashSet<>();
    for (LayerRate rate : decision.layers()) {
      if (role.apply(rate) == Role.HELD || rate.follows().filter(held::contains).isPresent()) {
        held.add(rate.layer());
      }
    }
    return held;
  }

  private Optional<String> refusal(
      Decision decision, String what, Map<String, Double> believedWithinBounds) {
    return believedWithinBounds.entrySet().stream()
        .filter(factor -> !bounds.contain(factor.getValue()))
        .findFirst()
        .map(
            factor ->
                "%s of layer '%s' in decision %s must be %s, got: %s"
                    .formatted(what, factor.getKey(), decision.id(), bounds, factor.getValue()));
  }

  private Verdict accept(
      Decision decision, Map<String, Double> factors, Map<String, Double> weightDecayFactors) {
    lastRevision = decision.revision();
    lastFactors = factors;
    lastWeightDecayFactors = weightDecayFactors;
    return new Verdict.Accepted(
        new Targets(
            decision.id(),
            decision.revision(),
            decision.step(),
            factors,
            decision.rampSteps(),
            weightDecayFactors,
            decision.weightDecayRampSteps()));
  }

  private String difference(Set<String> decided) {
    for (String layer : decided) {
      if (!layers.contains(layer)) {
        return "it does not have layer '" + layer + "'";
      }
    }
    for (String layer : layers) {
      if (!decided.contains(layer)) {
        return "layer '" + layer + "' is missing";
      }
    }
    return "they are the same";
  }
}
