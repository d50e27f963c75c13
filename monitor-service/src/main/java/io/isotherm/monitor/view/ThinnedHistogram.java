package io.isotherm.monitor.view;

import io.isotherm.contracts.spectrum.LogHistogram;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A histogram whose neighbouring bins have been added up, so many at a time that all bins are of
 * one width.
 *
 * @param log10Min left edge of the first bin
 * @param log10Max right edge of the last bin
 * @param counts one per bin
 * @param measuredBins how many bins there were when it was measured
 */
public record ThinnedHistogram(
    double log10Min, double log10Max, List<Long> counts, int measuredBins) {

  private static final int LEAST_BINS = 10;

  /** The most bins, of those that leave no rest, for which there is room; 10 at least. */
  static int bins(int room) {
    return IntStream.rangeClosed(1, LogHistogram.BINS / LEAST_BINS)
        .filter(width -> LogHistogram.BINS % width == 0)
        .map(width -> LogHistogram.BINS / width)
        .filter(bins -> bins <= room)
        .findFirst()
        .orElse(LEAST_BINS);
  }

  static ThinnedHistogram of(LogHistogram measured, int bins) {
    int width = LogHistogram.BINS / bins;
    List<Long> counts = new ArrayList<>(bins);
    for (int bin = 0; bin < bins; bin++) {
      List<Long> added = measured.counts().subList(bin * width, (bin + 1) * width);
      counts.add(added.stream().mapToLong(Long::longValue).sum());
    }
    return new ThinnedHistogram(
        measured.log10Min(), measured.log10Max(), List.copyOf(counts), LogHistogram.BINS);
  }
}
