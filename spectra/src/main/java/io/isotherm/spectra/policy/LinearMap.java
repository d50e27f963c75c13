package io.isotherm.spectra.policy;

import io.isotherm.contracts.run.Compatibility;
import io.isotherm.contracts.run.PolicySpec;
import java.util.Collection;
import java.util.Collections;

/**
 * The straight line through (smallest alpha, {@code minFactor}) and (largest alpha, {@code
 * maxFactor}): {@code tb_linear_map} of TempBalance's code.
 *
 * @param smallest alpha among the tuned layers
 * @param largest alpha among them
 */
record LinearMap(PolicySpec.Linear policy, double smallest, double largest) {

  /** The line for the tuned layers' alphas, of which there is at least one and none is NaN. */
  static LinearMap through(PolicySpec.Linear policy, Collection<Double> alphas) {
    return new LinearMap(policy, Collections.min(alphas), Collections.max(alphas));
  }

  /** The factor of a layer. */
  double factor(double alpha) {
    if (smallest == largest) {
      return policy.compatibility() == Compatibility.REFERENCE ? policy.maxFactor() : 1;
    }
    if (alpha == largest) {
      return policy.maxFactor();
    }
    // With an infinite alpha among the layers the slope is 0, so that all finite ones get
    // minFactor.
    double slope = (policy.maxFactor() - policy.minFactor()) / (largest - smallest);
    return policy.minFactor() + slope * (alpha - smallest);
  }
}
