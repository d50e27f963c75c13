package io.isotherm.client;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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

  /**
   * For one incarnation of a run.
   *
   * @param newestStep the newest step that the run has reached
   */
  DecisionGate(RunDescription run, FactorBounds bounds, LongSupplier newestStep) {
    this.run = run;
    this.bounds = bounds;
    this.newestStep = newestStep;
    for (LayerDescription layer : run.layers()) {
      layers.add(layer.name());
      layer.normLayer().ifPresent(layers::add);
    }
  }

  /** What to do with a decision. */
  sealed interface Verdict {
    /** It is in order and newer than the one before. */
    record Accepted(Rates rates) implements Verdict {}

    /** It belongs to another incarnation, or a newer one has been accepted. */
    record Fenced(String reason) implements Verdict {}

    /** It is not in order. */
    record Rejected(String reason) implements Verdict {}
  }

  /** Judges a decision, and remembers it if it is accepted. */
  Verdict judge(Decision decision) {
    if (decision.incarnation() != run.incarnation()) {
      return new Verdict.Fenced(
          "decision %s is for incarnation %d".formatted(decision.id(), decision.incarnation()));
    }
    if (decision.revision() <= lastRevision) {
      return new Verdict.Fenced(
          "decision %s has revision %d, but %d is in force"
              .formatted(decision.id(), decision.revision(), lastRevision));
    }
    if (decision.step() > newestStep.getAsLong()) {
      return new Verdict.Rejected(
          "decision %s is based on step %d, which the run has not reached"
              .formatted(decision.id(), decision.step()));
    }
    Map<String, Double> factors = new HashMap<>();
    for (LayerRate rate : decision.layers()) {
      factors.put(rate.layer(), rate.factor());
    }
    return judge(decision, factors);
  }

  private Verdict judge(Decision decision, Map<String, Double> factors) {
    if (!factors.keySet().equals(layers)) {
      return new Verdict.Rejected(
          "decision %s must have a factor for exactly the layers of the run; %s"
              .formatted(decision.id(), difference(factors.keySet())));
    }
    for (Map.Entry<String, Double> factor : factors.entrySet()) {
      if (!bounds.contain(factor.getValue())) {
        return new Verdict.Rejected(
            "factor of layer '%s' in decision %s must be %s, got: %s"
                .formatted(factor.getKey(), decision.id(), bounds, factor.getValue()));
      }
    }
    lastRevision = decision.revision();
    return new Verdict.Accepted(
        new Rates(decision.id(), decision.revision(), decision.step(), factors));
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
