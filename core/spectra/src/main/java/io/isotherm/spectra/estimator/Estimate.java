package io.isotherm.spectra.estimator;

import io.isotherm.spectra.fit.TailFit;
import java.util.HashMap;
import java.util.Map;

/**
 * What an estimator says of one spectrum.
 *
 * @param fit of the tail
 * @param metrics by the names in {@link io.isotherm.methods.estimator.Metric}; empty if there is no
 *     power law
 */
public record Estimate(TailFit fit, Map<String, Double> metrics) {

  /** Leaves out the metrics that are not finite. */
  public Estimate {
    Map<String, Double> finite = new HashMap<>(metrics);
    finite.values().removeIf(value -> !Double.isFinite(value));
    metrics = Map.copyOf(finite);
  }

  /** An estimate without an exponent. */
  public static Estimate undetermined(String reason) {
    return new Estimate(new TailFit.Undetermined(reason), Map.of());
  }
}
