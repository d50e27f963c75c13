package io.isotherm.spectra.fit;

import io.isotherm.contracts.spectrum.LogHistogram;

/**
 * Counts over {@value LogHistogram#BINS} equal bins of log10, from the smallest to the largest of
 * the kept eigenvalues, which must be above 0. A bin includes its left edge, the last one both.
 */
@SuppressWarnings("ArrayRecordComponent") // Two histograms are never compared.
record LogBins(double min, double max, long[] counts) {

  static LogBins of(SpectrumRange kept) {
    double min = Math.log10(kept.smallest());
    double max = Math.log10(kept.largest());
    long[] counts = new long[LogHistogram.BINS];
    for (int i = kept.from(); i < kept.to(); i++) {
      double place = (Math.log10(kept.spectrum().value(i)) - min) / (max - min) * counts.length;
      // A spectrum of one value has no width: place is NaN, and the cast gives the first bin.
      counts[Math.min((int) place, counts.length - 1)]++;
    }
    return new LogBins(min, max, counts);
  }

  /** The left edge, as an eigenvalue, of the first bin with the largest count. */
  double peak() {
    int peak = 0;
    for (int bin = 1; bin < counts.length; bin++) {
      if (counts[bin] > counts[peak]) {
        peak = bin;
      }
    }
    return Math.pow(10, min + peak * (max - min) / counts.length);
  }
}
