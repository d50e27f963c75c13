package io.isotherm.spectra.policy;

import io.isotherm.methods.PolicySpec;

/** From the alphas of the tuned layers to their factors. */
interface FactorMap {

  /**
   * The factor of each layer; one that is not finite or not positive means that the map has no
   * answer for that layer.
   *
   * @param alphas of all tuned layers in the network's order; at least one
   */
  double[] factors(double[] alphas);

  /** The map of a policy for single layers, or for whole blocks. */
  static FactorMap of(PolicySpec.Tuning policy) {
    if (policy instanceof PolicySpec.Linear linear) {
      return new LinearMap(linear.minFactor(), linear.maxFactor(), linear.compatibility());
    }
    if (policy instanceof PolicySpec.Step step) {
      return new StepMap(step.minFactor(), step.maxFactor(), step.compatibility());
    }
    if (policy instanceof PolicySpec.Sigmoid sigmoid) {
      return new SigmoidMap(sigmoid.lower(), sigmoid.upper(), sigmoid.steepness());
    }
    if (policy instanceof PolicySpec.Sqrt sqrt) {
      return new ShareMap(Math::sqrt, sqrt.compatibility());
    }
    return new ShareMap(ShareMap::log2, policy.compatibility());
  }
}
