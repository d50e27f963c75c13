package io.isotherm.checkpoints.plot;

import io.isotherm.spectra.fit.Spectrum;

/** The density of eigenvalues in bins that are equally wide on a logarithmic axis. */
final class LogHistogramBars {

  /** A few tiny eigenvalues would otherwise leave little room for the tail. */
  private static final double SMALLEST_SHOWN = 1e-6;

  private static final int MIN_BINS = 12;
  private static final int MAX_BINS = 60;
  private static final int MIN_BINS_PER_DECADE = 8;

  private final double[] edges;
  private final double[] densities;

  private final int tooSmall;

  private LogHistogramBars(double[] edges, double[] densities, int tooSmall) {
    this.edges = edges;
    this.densities = densities;
    this.tooSmall = tooSmall;
  }

  /** The bars of a spectrum whose largest eigenvalue is above 0. */
  static LogHistogramBars of(Spectrum spectrum) {
    double largest = spectrum.largest();
    int first = 0;
    while (spectrum.value(first) < largest * SMALLEST_SHOWN) {
      first++;
    }
    double low = Math.log10(spectrum.value(first));
    double high = Math.log10(largest);
    double wanted =
        Math.max(MIN_BINS_PER_DECADE * (high - low), 2 * Math.sqrt(spectrum.size() - first));
    int bins = (int) Math.min(MAX_BINS, Math.max(MIN_BINS, wanted));
    // A spectrum without width gets a little.
    double margin = Math.max(0, 1e-3 - (high - low));
    double[] edges = new double[bins + 1];
    for (int i = 0; i <= bins; i++) {
      edges[i] = Math.pow(10, low - margin + (high - low + 2 * margin) * i / bins);
    }
    double[] densities = new double[bins];
    int bin = 0;
    for (int i = first; i < spectrum.size(); i++) {
      while (bin < bins - 1 && spectrum.value(i) >= edges[bin + 1]) {
        bin++;
      }
      densities[bin] += 1 / (spectrum.size() * (edges[bin + 1] - edges[bin]));
    }
    return new LogHistogramBars(edges, densities, first);
  }

  /** How many eigenvalues are below a millionth of the largest, and in no bar. */
  int tooSmall() {
    return tooSmall;
  }

  /** How many bars there are. */
  int count() {
    return densities.length;
  }

  /** The left edge of a bar, or with {@link #count()} the right edge of the last one. */
  double edge(int bar) {
    return edges[bar];
  }

  /** Share of all eigenvalues per unit; 0 where a bin is empty. */
  double density(int bar) {
    return densities[bar];
  }

  /** The smallest density that is not 0. */
  double smallest() {
    double smallest = Double.POSITIVE_INFINITY;
    for (double density : densities) {
      if (density > 0) {
        smallest = Math.min(smallest, density);
      }
    }
    return smallest;
  }

  /** The largest density. */
  double largest() {
    double largest = 0;
    for (double density : densities) {
      largest = Math.max(largest, density);
    }
    return largest;
  }
}
