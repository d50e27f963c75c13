package io.isotherm.spectra.policy;

import io.isotherm.methods.policy.Compatibility;

/**
 * The straight line through (smallest alpha, {@code minFactor}) and (largest alpha, {@code
 * maxFactor}): {@code tb_linear_map} of TempBalance's code.
 */
record LinearMap(double minFactor, double maxFactor, Compatibility compatibility)
    implements FactorMap {

  @Override
  public double[] factors(double[] alphas) {
    // Compared as Python's min and max do: a NaN in front stays, a later one is passed over.
    double smallest = alphas[0];
    double largest = alphas[0];
    for (double alpha : alphas) {
      smallest = alpha < smallest ? alpha : smallest;
      largest = alpha > largest ? alpha : largest;
    }
    double[] factors = new double[alphas.length];
    for (int i = 0; i < alphas.length; i++) {
      factors[i] = factor(alphas[i], smallest, largest);
    }
    return factors;
  }

  private double factor(double alpha, double smallest, double largest) {
    if (smallest == largest && compatibility == Compatibility.SANE) {
      return 1;
    }
    if (alpha == largest) {
      return maxFactor;
    }
    // With an infinite alpha among the layers the slope is 0, so that all finite ones get
    // minFactor.
    double slope = (maxFactor - minFactor) / (largest - smallest);
    return minFactor + slope * (alpha - smallest);
  }
}
