package io.isotherm.spectra.policy;

import java.util.Arrays;

/**
 * A sigmoid of the distance to the mean, in decades: {@code tb_std_sigmoid} of Model Balancing's
 * code.
 */
record SigmoidMap(double lower, double upper, double steepness) implements FactorMap {

  @Override
  public double[] factors(double[] alphas) {
    double mean = Arrays.stream(alphas).average().orElse(Double.NaN);
    return Arrays.stream(alphas).map(alpha -> factor(alpha - mean)).toArray();
  }

  private double factor(double distance) {
    double decades = distance > 0 ? upper : lower;
    return Math.pow(10, decades * (1 / (1 + Math.exp(-steepness * distance)) - 0.5));
  }
}
