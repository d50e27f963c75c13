package io.isotherm.spectra.fit;

/**
 * WeightWatcher's {@code fix_fingers='clip_xmax'}: the scan for xmin, done again without the 2, 3,
 * ... {@value #MOST_CLIPPED} largest eigenvalues until alpha is more than {@value #MIN_FALL} below
 * its first value, or no more than {@value #LOWEST_ALPHA}. Where alpha does not fall that far, the
 * fit of all eigenvalues stands.
 *
 * <p>The published code fails where the eigenvalues run out before that; here the clipping ends.
 *
 * @param law the fit that stands
 * @param fingers how many eigenvalues the published code says it clipped: one less than it did, 0
 *     for none
 */
public record ClippedFit(TailFit.PowerLaw law, int fingers) {

  private static final int LEAST_CLIPPED = 2;
  private static final int MOST_CLIPPED = 9;
  private static final double MIN_FALL = 1;
  private static final double LOWEST_ALPHA = 2;

  /**
   * Clips if that helps.
   *
   * @param raw the fit of all that is kept
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  public static ClippedFit of(SpectrumRange kept, TailFit.PowerLaw raw, double weightRoundoff) {
    int most = Math.min(MOST_CLIPPED, kept.size() - HillFit.MIN_TAIL);
    for (int clipped = LEAST_CLIPPED; clipped <= most; clipped++) {
      if (XminScan.best(kept.clipped(clipped), weightRoundoff) instanceof TailFit.PowerLaw law) {
        if (law.alpha() + MIN_FALL < raw.alpha()) {
          return new ClippedFit(law, clipped - 1);
        }
        if (law.alpha() <= LOWEST_ALPHA) {
          break;
        }
      }
    }
    return new ClippedFit(raw, 0);
  }
}
