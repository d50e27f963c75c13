package io.isotherm.spectra.fit;

/**
 * The scan for xmin around the peak of the log histogram: {@code fix-finger} in TempBalance's code,
 * {@code xmin_peak} in WeightWatcher's, where it comes from.
 *
 * <p>With {@code x} the left edge of the fullest of 100 bins of log10, candidates lie between
 * {@code log10(0.95 x)} and {@code 1.5 x}. The lower bound is a logarithm that is compared with
 * eigenvalues: an accident of the published codes, reproduced here, which leaves no lower bound
 * where {@code x} is below 1 and a low one elsewhere.
 */
public final class XminPeak {

  private static final double BELOW_PEAK = 0.95;
  private static final double ABOVE_PEAK = 1.5;

  private XminPeak() {}

  /**
   * The best candidate around the peak.
   *
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  public static TailFit fit(SpectrumRange kept, double weightRoundoff) {
    if (kept.size() < HillFit.MIN_TAIL) {
      return XminScan.best(kept, weightRoundoff);
    }
    double rounding = 2 * kept.spectrum().uncertainty(kept.from());
    if (kept.smallest() <= rounding) {
      return new TailFit.Undetermined(
          "the log histogram would begin at eigenvalue %s, which is not above the rounding level %s:"
                  .formatted(kept.smallest(), rounding)
              + " rank-deficient weights, to be fitted with the zero filter");
    }
    double peak = LogBins.of(kept).peak();
    double lower = Math.log10(BELOW_PEAK * peak);
    int first = kept.spectrum().firstAbove(Math.nextDown(lower));
    int end = kept.spectrum().firstAbove(ABOVE_PEAK * peak);
    if (Math.max(first, kept.from()) >= Math.min(end, kept.to() - 1)) {
      return new TailFit.Undetermined(
          "no eigenvalue but the largest lies between %s and %s, around the peak of the log histogram"
              .formatted(lower, ABOVE_PEAK * peak));
    }
    return XminScan.best(kept, first, end, weightRoundoff);
  }
}
