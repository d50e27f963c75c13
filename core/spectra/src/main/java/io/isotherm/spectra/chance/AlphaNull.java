package io.isotherm.spectra.chance;

import io.isotherm.contracts.spectrum.Chance;

/**
 * Alpha of random matrices of one shape, by one estimator.
 *
 * @param mean over such matrices
 * @param below standard deviation from one to the next, of those below the mean
 * @param above of those above it; the same where the distribution is even
 * @param aspect smaller over larger side of the matrices
 * @param basis what the numbers come from
 */
public record AlphaNull(
    double mean, double below, double above, double aspect, Chance.Basis basis) {

  /** For the mean of several independent alphas. */
  public AlphaNull ofMeanOf(int alphas) {
    double root = Math.sqrt(alphas);
    return new AlphaNull(mean, below / root, above / root, aspect, basis);
  }

  /** Holds an alpha against chance. */
  public Chance explain(double alpha) {
    return Chance.of(alpha, mean, alpha < mean ? below : above, aspect, basis);
  }
}
