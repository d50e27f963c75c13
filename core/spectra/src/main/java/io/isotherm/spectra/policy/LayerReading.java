package io.isotherm.spectra.policy;

import java.util.OptionalLong;

/**
 * What a policy knows about a layer.
 *
 * @param step whose weights were measured
 * @param value of the policy's metric
 * @param eigenvalueCount as the estimator counted them; empty if the layer's shape tells
 */
public record LayerReading(long step, double value, OptionalLong eigenvalueCount) {

  /** Of a layer that has as many eigenvalues as its shape says. */
  public static LayerReading of(long step, double value) {
    return new LayerReading(step, value, OptionalLong.empty());
  }
}
