package io.isotherm.spectra.policy;

import io.isotherm.methods.policy.Compatibility;
import java.util.function.DoubleUnaryOperator;

/**
 * Factors proportional to a function of alpha, with a mean of 1: {@code tb_sqrt} and {@code
 * tb_log2} of TempBalance's code.
 *
 * @param share the function; what has no positive share is left out of the mean, or in the
 *     reference taken as it is
 */
record ShareMap(DoubleUnaryOperator share, Compatibility compatibility) implements FactorMap {

  private static final double LN_2 = Math.log(2);

  static double log2(double alpha) {
    return Math.log(alpha) / LN_2;
  }

  @Override
  public double[] factors(double[] alphas) {
    double[] factors = new double[alphas.length];
    double sum = 0;
    int count = 0;
    for (int i = 0; i < alphas.length; i++) {
      double part = share.applyAsDouble(alphas[i]);
      factors[i] = part;
      if (part > 0 || compatibility == Compatibility.REFERENCE) {
        sum += part;
        count++;
      }
    }
    for (int i = 0; i < factors.length; i++) {
      factors[i] *= count / sum;
    }
    return factors;
  }
}
