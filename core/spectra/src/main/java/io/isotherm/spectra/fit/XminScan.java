package io.isotherm.spectra.fit;

/**
 * The start of the tail with the smallest Kolmogorov-Smirnov distance (Clauset, Shalizi and Newman,
 * SIAM Review 51, 2009, section 3.3), with the distance of {@link HillFit}: every kept eigenvalue
 * above 0 but the last is a candidate, and the first of several equally good ones wins.
 *
 * <p>All exponents come from one pass: with {@code S(i)} the sum of {@code ln(λ_j / λ_i)} over the
 * tail of candidate {@code i}, {@code S(i) = S(i + 1) + (n - 1) ln(λ_(i+1) / λ_i)}, a sum of
 * positive terms. The distances are exact, too, but few of their terms are computed: both
 * distribution functions grow from one eigenvalue to the next, so their values at the ends of a
 * range bound the distance within it, and a candidate is given up as soon as it is further off than
 * the best one.
 */
public final class XminScan {

  /** Terms of a distance that are looked at first; they suffice to give up most candidates. */
  private static final int PROBES = 16;

  /** Candidates that are looked at first, for a distance that gives up most of the others. */
  private static final int SCOUTS = 64;

  private final double[] logs;
  private final double[] alphas;

  /** The candidate in hand: its index, the size of its tail, its exponent. */
  private int start;

  private int tail;
  private double alpha;

  /** Its distance so far, and the one from which on it is given up. */
  private double distance;

  private double limit;

  private XminScan(SpectrumRange kept) {
    int size = kept.size();
    logs = new double[size];
    alphas = new double[size];
    double sum = 0;
    for (int i = size - 1; i >= 0; i--) {
      double value = kept.spectrum().value(kept.from() + i);
      logs[i] = Math.log(value);
      if (i < size - 1 && value > 0) {
        double next = kept.spectrum().value(kept.from() + i + 1);
        sum += (size - 1 - i) * HillFit.logRatio(next, value);
        alphas[i] = 1 + (size - i) / sum;
      }
    }
  }

  /**
   * The best of all candidates.
   *
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  public static TailFit best(SpectrumRange kept, double weightRoundoff) {
    return best(kept, kept.from(), kept.to(), weightRoundoff);
  }

  /**
   * The best of the candidates from index {@code first} inclusive to {@code end} exclusive.
   *
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  static TailFit best(SpectrumRange kept, int first, int end, double weightRoundoff) {
    if (kept.size() < HillFit.MIN_TAIL) {
      return new TailFit.Undetermined(
          "there is %d eigenvalue to fit, a scan for xmin needs at least %d"
              .formatted(kept.size(), HillFit.MIN_TAIL));
    }
    int from = Math.max(first, kept.spectrum().firstAbove(0)) - kept.from();
    int to = Math.min(end, kept.to() - 1) - kept.from();
    int best = new XminScan(kept).best(Math.max(from, 0), to);
    if (best < 0) {
      return new TailFit.Undetermined(
          "none of the %d eigenvalues can be xmin".formatted(kept.size()));
    }
    return HillFit.from(kept, kept.from() + best, weightRoundoff);
  }

  /** Relative to what is kept; -1 if there is no candidate. */
  private int best(int from, int to) {
    limit = Double.POSITIVE_INFINITY;
    int stride = Math.max(1, (to - from) / SCOUTS);
    for (int i = from; i < to; i += stride) {
      if (isCloser(i)) {
        limit = distance;
      }
    }
    // So that a scout is found again, if no earlier candidate is as good.
    limit = Math.nextUp(limit);
    int best = -1;
    for (int i = from; i < to; i++) {
      if (isCloser(i)) {
        limit = distance;
        best = i;
      }
    }
    return best;
  }

  private boolean isCloser(int candidate) {
    start = candidate;
    tail = logs.length - candidate;
    alpha = alphas[candidate];
    distance = 0;
    if (Double.isInfinite(alpha)) {
      // All eigenvalues of the tail are equal, and their distribution function stays at 0.
      distance = (tail - 1.0) / tail;
      return distance < limit;
    }
    int probes = Math.min(PROBES, tail - 1);
    int[] places = new int[probes + 1];
    double[] fitted = new double[probes + 1];
    for (int k = probes; k >= 0; k--) {
      places[k] = (int) ((long) (tail - 1) * k / probes);
      fitted[k] = look(places[k]);
      if (distance >= limit) {
        return false;
      }
    }
    for (int k = 0; k < probes; k++) {
      if (!lookBetween(places[k], fitted[k], places[k + 1], fitted[k + 1])) {
        return false;
      }
    }
    return true;
  }

  /** Looks at the terms between two known ones; false if the candidate is to be given up. */
  private boolean lookBetween(int left, double leftFitted, int right, double rightFitted) {
    double above = rightFitted - (left + 1.0) / tail;
    double below = (right - 1.0) / tail - leftFitted;
    if (right - left < 2 || Math.max(above, below) <= distance) {
      return true;
    }
    int middle = (left + right) >>> 1;
    double middleFitted = look(middle);
    return distance < limit
        && lookBetween(left, leftFitted, middle, middleFitted)
        && lookBetween(middle, middleFitted, right, rightFitted);
  }

  /** The fitted distribution function at a member of the tail, compared with the empirical one. */
  private double look(int member) {
    double fitted = -Math.expm1((1 - alpha) * (logs[start + member] - logs[start]));
    distance = Math.max(distance, Math.abs(fitted - (double) member / tail));
    return fitted;
  }
}
