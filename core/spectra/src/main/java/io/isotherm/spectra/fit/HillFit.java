package io.isotherm.spectra.fit;

/**
 * Hill's maximum-likelihood exponent of the eigenvalues from a given index upwards, with the
 * conventions of TempBalance's code (Zhou et al., NeurIPS 2023): the tail includes {@code xmin},
 * and the distance is taken below the steps of the empirical distribution only, so that it is
 * smaller than the two-sided Kolmogorov-Smirnov statistic.
 *
 * <p>An exponent comes with a certificate: it is called a result only if rounding cannot have moved
 * it by more than {@value #MAX_ALPHA_UNCERTAINTY}.
 */
public final class HillFit {

  /** What rounding may change in alpha before it is no longer called a result. */
  public static final double MAX_ALPHA_UNCERTAINTY = 1e-4;

  /** Fewer values have no logarithm of a ratio to average. */
  static final int MIN_TAIL = 2;

  /** The first-order bound is stretched by at most 1 / (1 - 0.9) where it stops being small. */
  private static final double MAX_RELATIVE_SHIFT = 0.9;

  /**
   * Rounding the entries of a matrix with equal singular values to nearest spreads the eigenvalues
   * by about 4.6 unit roundoffs (twice the relative norm of the error matrix, on either side).
   */
  private static final double WEIGHT_ROUNDING_SPREAD = 8;

  private HillFit() {}

  /**
   * Fits the tail from number {@code floor(size / xminPosition)} of the kept eigenvalues: the
   * median for 2.
   *
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  public static TailFit atPosition(SpectrumRange kept, double xminPosition, double weightRoundoff) {
    return from(kept, kept.from() + start(kept.size(), xminPosition), weightRoundoff);
  }

  /** Where {@link #atPosition} lets the tail of so many eigenvalues start. */
  public static int start(int size, double xminPosition) {
    return (int) Math.min(size - 1.0, size / xminPosition);
  }

  /**
   * Fits the largest of the kept eigenvalues.
   *
   * @param count how many
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  public static TailFit ofLargest(SpectrumRange kept, int count, double weightRoundoff) {
    return from(kept, kept.to() - count, weightRoundoff);
  }

  /**
   * Fits the tail from an index of the spectrum to the end of what is kept.
   *
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  static TailFit from(SpectrumRange kept, int index, double weightRoundoff) {
    Spectrum spectrum = kept.spectrum();
    int tail = kept.to() - index;
    if (tail < MIN_TAIL) {
      return new TailFit.Undetermined(
          "the tail holds %d of %d eigenvalues, alpha needs at least %d: it would be infinite"
              .formatted(tail, kept.size(), MIN_TAIL));
    }
    double xmin = spectrum.value(index);
    if (xmin <= 2 * spectrum.uncertainty(index)) {
      return new TailFit.Undetermined(
          "xmin %s (eigenvalue %d of %d) is not above the rounding level %s: rank-deficient weights"
              .formatted(xmin, index, spectrum.size(), 2 * spectrum.uncertainty(index)));
    }
    double spread = logRatio(kept.largest(), xmin);
    if (spread <= WEIGHT_ROUNDING_SPREAD * weightRoundoff) {
      return new TailFit.Undetermined(
          "the %d eigenvalues of the tail are equal up to rounding (largest / xmin = %s)"
              .formatted(tail, kept.largest() / xmin));
    }
    double[] logRatios = new double[tail];
    double sum = 0;
    for (int j = 0; j < tail; j++) {
      logRatios[j] = logRatio(spectrum.value(index + j), xmin);
      sum += logRatios[j];
    }
    double alpha = 1 + tail / sum;
    double uncertainty = alphaUncertainty(kept, index, sum);
    if (!(uncertainty <= MAX_ALPHA_UNCERTAINTY)) {
      return new TailFit.Undetermined(
          "alpha %s is uncertain by %s through rounding, more than %s"
              .formatted(alpha, uncertainty, MAX_ALPHA_UNCERTAINTY));
    }
    return new TailFit.PowerLaw(alpha, distance(logRatios, alpha), xmin, index, tail);
  }

  /** {@code ln(a / b)} without cancellation when the two are close, and without overflow. */
  static double logRatio(double a, double b) {
    return a < 2 * b ? Math.log1p((a - b) / b) : Math.log(a) - Math.log(b);
  }

  /** {@code max |F(x_j) - j / n|}, F being the fitted distribution function, j from 0. */
  private static double distance(double[] logRatios, double alpha) {
    double distance = 0;
    for (int j = 0; j < logRatios.length; j++) {
      double fitted = -Math.expm1((1 - alpha) * logRatios[j]);
      distance = Math.max(distance, Math.abs(fitted - (double) j / logRatios.length));
    }
    return distance;
  }

  /**
   * How far alpha may move when every eigenvalue moves by its uncertainty: with {@code S} the sum
   * of the log ratios, {@code alpha = 1 + k / S} and {@code |dS| <= Σ δ/λ + k δ/xmin}.
   */
  private static double alphaUncertainty(SpectrumRange kept, int index, double sum) {
    Spectrum spectrum = kept.spectrum();
    int tail = kept.to() - index;
    double shift = tail * (spectrum.uncertainty(index) / spectrum.value(index));
    for (int i = index; i < kept.to(); i++) {
      shift += spectrum.uncertainty(i) / spectrum.value(i);
    }
    return tail / sum * (shift / sum) / (1 - Math.min(MAX_RELATIVE_SHIFT, shift / sum));
  }
}
