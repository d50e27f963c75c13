package io.isotherm.spectra.policy;

import io.isotherm.methods.policy.PolicySpec;

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
    return policy.accept(new Maps());
  }

  /** The mathematics of each map in the catalogue. */
  final class Maps implements PolicySpec.Visitor<FactorMap> {

    private Maps() {}

    @Override
    public FactorMap linear(PolicySpec.Linear map) {
      return new LinearMap(map.minFactor(), map.maxFactor(), map.compatibility());
    }

    @Override
    public FactorMap sqrt(PolicySpec.Sqrt map) {
      return new ShareMap(Math::sqrt, map.compatibility());
    }

    @Override
    public FactorMap log2(PolicySpec.Log2 map) {
      return new ShareMap(ShareMap::log2, map.compatibility());
    }

    @Override
    public FactorMap step(PolicySpec.Step map) {
      return new StepMap(map.minFactor(), map.maxFactor(), map.compatibility());
    }

    @Override
    public FactorMap sigmoid(PolicySpec.Sigmoid map) {
      return new SigmoidMap(map.lower(), map.upper(), map.steepness());
    }
  }
}
