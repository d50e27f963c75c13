package io.isotherm.contracts.spectrum;

import io.isotherm.checks.Checks;
import java.util.List;

/**
 * The ESD as counts over equal bins of log10(eigenvalue). Eigenvalues of 0 are in no bin.
 *
 * @param log10Min left edge of the first bin
 * @param log10Max right edge of the last bin, which includes it
 * @param counts one per bin, {@value #BINS} of them
 */
public record LogHistogram(double log10Min, double log10Max, List<Long> counts) {

  /** How many bins a histogram has. */
  public static final int BINS = 100;

  /** Checks the edges and the number of bins. */
  public LogHistogram {
    Checks.requireFinite("log10Min of a histogram", log10Min);
    Checks.requireFinite("log10Max of a histogram", log10Max);
    if (log10Min > log10Max) {
      throw new IllegalArgumentException(
          "log10Min of a histogram must not exceed log10Max %s, got: %s"
              .formatted(log10Max, log10Min));
    }
    counts = Checks.requireElements("counts of a histogram", counts);
    if (counts.size() != BINS) {
      throw new IllegalArgumentException(
          "a histogram must have " + BINS + " bins, got: " + counts.size());
    }
    for (long count : counts) {
      Checks.requireNotNegative("each count of a histogram", count);
    }
  }
}
