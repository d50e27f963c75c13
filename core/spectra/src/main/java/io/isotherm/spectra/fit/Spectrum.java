package io.isotherm.spectra.fit;

import io.isotherm.contracts.spectrum.LogHistogram;
import java.util.Arrays;
import java.util.List;

/**
 * The pooled eigenvalues of a layer's matrices in ascending order, each with the error that
 * rounding may have given it.
 */
public final class Spectrum {

  /**
   * What an eigenvalue may be off by, in unit roundoffs of the largest of its matrix. Symmetric
   * eigenvalue solvers are backward stable, so by Weyl's theorem all eigenvalues of a matrix move
   * by at most a small multiple of {@code u} times the largest (Golub and Van Loan, Matrix
   * Computations, 4th ed., 8.1.2 and 8.3.3). The multiple is an observed one, not a proof: of the
   * smaller half of the eigenvalues, which decides, none was further off than 6.3 in eleven kinds
   * of matrices up to order 4,096, those with equal eigenvalues aside, which have no alpha anyway.
   */
  private static final double ROUNDOFFS_OF_LARGEST = 8;

  private final double[] values;
  private final int[] matrices;
  private final double[] matrixUncertainties;

  private Spectrum(double[] values, int[] matrices, double[] matrixUncertainties) {
    this.values = values;
    this.matrices = matrices;
    this.matrixUncertainties = matrixUncertainties;
  }

  /**
   * Pools the eigenvalues of equal-shaped matrices.
   *
   * @param eigenvalues of all matrices, at least one, ascending within each
   * @param order eigenvalues per matrix
   * @param factor on every eigenvalue
   * @param unitRoundoff of the format that they were computed in
   */
  public static Spectrum pooled(
      double[] eigenvalues, int order, double factor, double unitRoundoff) {
    double[] scaled = new double[eigenvalues.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = factor * eigenvalues[i];
    }
    double[] uncertainties = new double[scaled.length / order];
    for (int k = 0; k < uncertainties.length; k++) {
      uncertainties[k] = ROUNDOFFS_OF_LARGEST * unitRoundoff * scaled[(k + 1) * order - 1];
    }
    RunMerge merged = new RunMerge(scaled, order);
    return new Spectrum(merged.values(), merged.runs(), uncertainties);
  }

  /**
   * The eigenvalues of several spectra of the same size, without their uncertainties; the spectrum
   * itself if it is one.
   */
  public static Spectrum union(List<Spectrum> spectra) {
    Spectrum first = spectra.get(0);
    if (spectra.size() == 1) {
      return first;
    }
    double[] values = new double[Math.multiplyExact(spectra.size(), first.size())];
    for (int k = 0; k < spectra.size(); k++) {
      System.arraycopy(spectra.get(k).values, 0, values, k * first.size(), first.size());
    }
    return pooled(values, first.size(), 1, 0);
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
    return matrixUncertainties[matrices[index]];
  }

  /** The largest eigenvalue: the squared spectral norm of the matrix that it belongs to. */
  public double largest() {
    return values[values.length - 1];
  }

  /** The sum of the eigenvalues: the squared Frobenius norm. */
  public double sum() {
    return sum(0);
  }

  /** The sum of the eigenvalues from a 0-based index upwards. */
  public double sum(int from) {
    // Smallest first, and compensated, so that the small ones are not lost.
    return Arrays.stream(values, from, values.length).sum();
  }

  /** The index of the first eigenvalue above {@code threshold}; {@link #size()} if none is. */
  public int firstAbove(double threshold) {
    int low = 0;
    int high = values.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (values[middle] > threshold) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** All eigenvalues, for a fit. */
  public SpectrumRange all() {
    return new SpectrumRange(this, 0, size());
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
    LogBins bins = LogBins.of(new SpectrumRange(this, firstAbove(0), size()));
    return new LogHistogram(bins.min(), bins.max(), Arrays.stream(bins.counts()).boxed().toList());
  }
}
