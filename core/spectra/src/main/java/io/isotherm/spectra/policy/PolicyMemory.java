package io.isotherm.spectra.policy;

import io.isotherm.checks.Checks;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a policy has to know of its own past.
 *
 * @param smoothed by weight layer, the exponential mean of the metric; empty without smoothing
 * @param factors by weight layer, those of the last update that are not 1
 * @param last when the factors were updated; absent before the first time
 */
public record PolicyMemory(
    SortedMap<String, Smoothed> smoothed,
    SortedMap<String, Double> factors,
    Optional<Update> last) {

  /** Of a policy that has not acted yet. */
  public static final PolicyMemory EMPTY =
      new PolicyMemory(
          Collections.emptySortedMap(), Collections.emptySortedMap(), Optional.empty());

  /**
   * A mean, and the newest measurement in it.
   *
   * @param step whose weights that was about
   */
  public record Smoothed(long step, double value) {}

  /** When factors were updated. */
  public record Update(long step, int epoch) {}

  /** Copies the maps. */
  public PolicyMemory {
    smoothed = Collections.unmodifiableSortedMap(new TreeMap<>(smoothed));
    factors = Collections.unmodifiableSortedMap(new TreeMap<>(factors));
    factors.forEach(
        (layer, factor) -> Checks.requirePositive("factor of layer '" + layer + "'", factor));
  }

  /** For another policy that takes over: the factors in force stay until its first update. */
  public PolicyMemory handedOver() {
    return new PolicyMemory(Collections.emptySortedMap(), factors, Optional.empty());
  }

  /** The factor in force of a weight layer. */
  double factor(String layer) {
    return factors.getOrDefault(layer, 1.0);
  }
}
