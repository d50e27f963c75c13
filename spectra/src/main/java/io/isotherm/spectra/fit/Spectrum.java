package io.isotherm.spectra.fit;

import io.isotherm.contracts.spectrum.LogHistogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The pooled eigenvalues of a layer's matrices in ascending order, each with the error that
 * rounding may have given it.
 */
public final class Spectrum {

  private record Eigenvalue(double value, double uncertainty) {}

  private final double[] values;
  private final double[] uncertainties;

  private Spectrum(List<Eigenvalue> ascending) {
    values = ascending.stream().mapToDouble(Eigenvalue::value).toArray();
    uncertainties = ascending.stream().mapToDouble(Eigenvalue::uncertainty).toArray();
  }

  /**
   * Pools the eigenvalues of equal-shaped matrices.
   *
   * <p>The uncertainty of each is estimated as {@code 2 u λmax} of its own matrix: a symmetric
   * eigenvalue solver is backward stable, so by Weyl's theorem all eigenvalues of a matrix move by
   * at most a small multiple of {@code u} times the largest (Golub and Van Loan, Matrix
   * Computations, 4th ed., 8.1.2 and 8.3.3). The constant 2 is an observed one, not a proof.
   *
   * @param eigenvalues of all matrices, ascending within each
   * @param order eigenvalues per matrix
   * @param factor on every eigenvalue
   * @param unitRoundoff of the format that they were computed in
   */
  public static Spectrum pooled(
      double[] eigenvalues, int order, double factor, double unitRoundoff) {
    List<Eigenvalue> all = new ArrayList<>(eigenvalues.length);
    for (int from = 0; from < eigenvalues.length; from += order) {
      double uncertainty = 2 * unitRoundoff * factor * eigenvalues[from + order - 1];
      for (int i = from; i < from + order; i++) {
        all.add(new Eigenvalue(factor * eigenvalues[i], uncertainty));
      }
    }
    all.sort(Comparator.comparingDouble(Eigenvalue::value));
    return new Spectrum(all);
  }

  /** How many eigenvalues there are. */
  public int size() {
    return values.length;
  }

  /** The eigenvalue at a 0-based index in ascending order. */
  public double value(int index) {
    return values[index];
  }

  /** How far that eigenvalue may be from the exact one. */
  public double uncertainty(int index) {
    return uncertainties[index];
  }

  /** The largest eigenvalue: the squared spectral norm of the matrix that it belongs to. */
  public double largest() {
    return values[values.length - 1];
  }

  /** The sum of the eigenvalues: the squared Frobenius norm. */
  public double sum() {
    // Smallest first, so that the small ones are not lost.
    return Arrays.stream(values).sum();
  }

  /**
   * Entropy of the eigenvalues as shares of their sum, divided by that of equal shares: {@code -Σ p
   * ln p / ln n}. 1 when all are equal, 0 when there is only one that is not 0.
   */
  public double entropy() {
    double sum = sum();
    double entropy = 0;
    for (double value : values) {
      double share = value / sum;
      if (share > 0) {
        entropy -= share * Math.log(share);
      }
    }
    return values.length == 1 ? 0 : Math.max(0, entropy) / Math.log(values.length);
  }

  /** Counts over equal bins of log10, from the smallest to the largest eigenvalue above 0. */
  public LogHistogram histogram() {
    int first = 0;
    while (values[first] <= 0) {
      first++;
    }
    double min = Math.log10(values[first]);
    double max = Math.log10(largest());
    long[] counts = new long[LogHistogram.BINS];
    for (int i = first; i < values.length; i++) {
      double place = (Math.log10(values[i]) - min) / (max - min) * LogHistogram.BINS;
      // A spectrum of one value has no width: place is NaN, and the cast gives the first bin.
      counts[Math.min((int) place, LogHistogram.BINS - 1)]++;
    }
    return new LogHistogram(min, max, Arrays.stream(counts).boxed().toList());
  }
}
