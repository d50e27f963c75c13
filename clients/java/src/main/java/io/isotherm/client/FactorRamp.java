package io.isotherm.client;

import io.isotherm.checks.Checks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Factors on their way to others: at the k-th of N steps a layer has {@code from + (to - from) * k
 * / N}. Immutable, and one small object per step: the maps are shared by all steps of a way.
 *
 * @param from by layer, where the way began; empty once it has ended
 * @param to by layer, where it ends; a layer that is not named has 1 in both maps
 * @param steps length of the way; 0 once it has ended
 * @param done steps of it that have been trained, the one at hand included
 */
record FactorRamp(Map<String, Double> from, Map<String, Double> to, long steps, long done) {

  /** Every factor is 1. */
  static final FactorRamp NONE = settled(Map.of());

  /** Checks the numbers. */
  FactorRamp {
    from = checked("from", from);
    to = checked("to", to);
    Checks.requireNotNegative("steps of a ramp", steps);
    Checks.requireNotNegative("done of a ramp", done);
    if (done > steps) {
      throw new IllegalArgumentException(
          "done of a ramp of %d steps must not be more, got: %d".formatted(steps, done));
    }
  }

  private static Map<String, Double> checked(String name, Map<String, Double> factors) {
    Map<String, Double> copy = Map.copyOf(Checks.requirePresent(name + " of the rates", factors));
    copy.forEach(
        (layer, factor) -> Checks.requirePositive("factor of layer '" + layer + "'", factor));
    return copy;
  }

  /** Factors that stay. */
  static FactorRamp settled(Map<String, Double> factors) {
    return new FactorRamp(Map.of(), factors, 0, 0);
  }

  /** Whether the factors stay. */
  boolean isSettled() {
    return done == steps;
  }

  /** The layer's factor now. */
  double factor(String layer) {
    double end = named(to, layer);
    if (isSettled()) {
      return end;
    }
    double start = named(from, layer);
    return start + (end - start) * (done / (double) steps);
  }

  /** All factors now. */
  Map<String, Double> factors() {
    if (isSettled()) {
      return to;
    }
    Map<String, Double> now = new HashMap<>();
    for (String layer : layers(from, to)) {
      now.put(layer, factor(layer));
    }
    return Map.copyOf(now);
  }

  /** The same one step on. */
  FactorRamp next() {
    if (isSettled()) {
      return this;
    }
    return done + 1 == steps ? settled(to) : new FactorRamp(from, to, steps, done + 1);
  }

  /**
   * From the factors of now to others, not a step of it done; goes on as it is if these are where
   * it leads anyway.
   *
   * @param rampSteps up to 1 changes them at once
   */
  FactorRamp towards(Map<String, Double> others, long rampSteps) {
    if (layers(to, others).stream().allMatch(layer -> named(to, layer) == named(others, layer))) {
      return this;
    }
    return rampSteps <= 1 ? settled(others) : new FactorRamp(factors(), others, rampSteps, 0);
  }

  private static double named(Map<String, Double> factors, String layer) {
    Double factor = factors.get(layer);
    return factor == null ? 1.0 : factor;
  }

  private static Set<String> layers(Map<String, Double> some, Map<String, Double> others) {
    Set<String> layers = new HashSet<>(some.keySet());
    layers.addAll(others.keySet());
    return layers;
  }
}
