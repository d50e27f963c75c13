package io.isotherm.spectra.chance;

import io.isotherm.spectra.estimator.Estimate;
import io.isotherm.spectra.estimator.Estimator;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/** The alphas of random matrices that were drawn. */
final class Draws {

  /** The spread is then known to 5 %, and the mean to a fourteenth of it. */
  static final int NUMBER = 200;

  /** Draws without an alpha beyond which the others say nothing of all. */
  private static final int MOST_WITHOUT = NUMBER / 10;

  /** Of single precision, in which most weights come. */
  private static final double WEIGHT_ROUNDOFF = 0x1p-24;

  private final double[] alphas;

  private Draws(double[] alphas) {
    this.alphas = alphas;
  }

  /** Measures {@value #NUMBER} draws; empty if many of them have no alpha. */
  static Optional<Draws> of(Estimator estimator, Supplier<Spectrum> next) {
    double[] alphas = new double[NUMBER];
    int count = 0;
    for (int i = 0; i < NUMBER; i++) {
      Estimate estimate = estimator.estimate(next.get(), WEIGHT_ROUNDOFF);
      if (estimate.fit() instanceof TailFit.PowerLaw law) {
        alphas[count++] = law.alpha();
      }
    }
    return count < NUMBER - MOST_WITHOUT
        ? Optional.empty()
        : Optional.of(new Draws(Arrays.copyOf(alphas, count)));
  }

  double mean() {
    return mean(alphas);
  }

  /** Standard deviation. */
  double spread() {
    return spread(alphas);
  }

  /** Mean of {@code ln(alpha - 1)}. */
  double logMean() {
    return mean(logs());
  }

  /** Standard deviation of {@code ln(alpha - 1)}. */
  double logSpread() {
    return spread(logs());
  }

  private double[] logs() {
    return Arrays.stream(alphas).map(alpha -> StrictMath.log(alpha - 1)).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  private static double spread(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }
}
