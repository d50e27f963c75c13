package io.isotherm.solvers.kernel;

import io.isotherm.spectra.SolverException;
import java.util.Arrays;

/**
 * The eigenvalues of a symmetric tridiagonal matrix by bisection (Golub and Van Loan, Matrix
 * Computations, 4th ed., section 8.4.1; Parlett, The Symmetric Eigenvalue Problem, section 3.5),
 * all of them side by side in vectors. Two to three times as fast as the QL iteration of LAPACK's
 * {@code ssterf} from order 64 on, and far more exact: an error of about one rounding of the
 * largest eigenvalue instead of one that grows with the order.
 *
 * <p>The cost depends on the order alone, and there is nothing that could fail to converge. An
 * instance keeps scratch memory for the largest order so far and serves one thread at a time.
 */
public final class SturmBisection {

  /** Width of a bracket at which to stop, relative to the norm: half a rounding to nearest. */
  private static final double ENOUGH = 0x1p-25;

  /** By how much rounding may move Gershgorin's interval, relative to the norm; with a margin. */
  private static final float WIDENING = 0x1p-20f;

  private final SturmSequence sequence = new SturmSequence();

  /** Eigenvalue number i lies between {@code lower[i]} and {@code upper[i]}. */
  private float[] lower = new float[0];

  private float[] upper = new float[0];
  private float[] shifts = new float[0];
  private int[] counts = new int[0];

  /** Bytes of scratch memory for a matrix of some order. */
  public static long bytes(int order) {
    long numbers = 4L * Padding.up(order, SturmSequence.SHIFTS) + SturmSequence.numbers(order);
    return numbers * Float.BYTES;
  }

  /**
   * Computes all eigenvalues of one matrix.
   *
   * @param d diagonal
   * @param e off-diagonal, of which {@code order - 1} elements count
   * @param order number of rows; may be 0
   * @param target takes the eigenvalues, ascending
   * @param from index of the first in {@code target}
   * @throws SolverException if an element is infinite or not a number
   */
  public void eigenvalues(float[] d, float[] e, int order, double[] target, int from) {
    float largest = largest(d, e, order);
    if (largest == 0) {
      Arrays.fill(target, from, from + order, 0);
      return;
    }
    int exponent = Math.getExponent(largest) + 1;
    float scale = Math.scalb(1f, -exponent);
    sequence.load(d, e, order, scale);
    bisect(Interval.ofGershgorin(d, e, order, scale), order);
    double least = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < order; i++) {
      // Counts of neighbouring shifts are rounded on their own, so brackets may cross by a
      // rounding.
      least = Math.max(least, 0.5 * ((double) lower[i] + upper[i]));
      target[from + i] = Math.scalb(least, exponent);
    }
  }

  private static float largest(float[] d, float[] e, int order) {
    float largest = 0;
    for (int i = 0; i < order; i++) {
      largest = Math.max(largest, Math.abs(d[i]));
      if (i > 0) {
        largest = Math.max(largest, Math.abs(e[i - 1]));
      }
    }
    if (!(largest <= Float.MAX_VALUE)) {
      throw new SolverException(
          "elements of a tridiagonal matrix of order %d must be finite, largest: %s"
              .formatted(order, largest));
    }
    return largest;
  }

  private void bisect(Interval interval, int order) {
    int room = Padding.up(order, SturmSequence.SHIFTS);
    if (room > lower.length) {
      lower = new float[room];
      upper = new float[room];
      shifts = new float[room];
      counts = new int[room];
    }
    double cell = interval.width() / room;
    isolate(interval, cell, order, room);
    int halvings = Math.max(0, Math.getExponent(cell / (ENOUGH * interval.norm())) + 1);
    for (int at = 0; at < room; at += SturmSequence.SHIFTS) {
      for (int i = 0; i < halvings; i++) {
        halve(at);
      }
    }
  }

  /** One count at each point of a grid brackets every eigenvalue in one cell of it. */
  private void isolate(Interval interval, double cell, int order, int room) {
    for (int i = 0; i < room; i++) {
      shifts[i] = (float) (interval.low() + (i + 1) * cell);
    }
    for (int at = 0; at < room; at += SturmSequence.SHIFTS) {
      sequence.count(shifts, at, counts);
    }
    counts[room - 1] = order;
    float left = interval.low();
    int found = 0;
    for (int i = 0; i < room; i++) {
      for (; found < Math.min(counts[i], order); found++) {
        lower[found] = left;
        upper[found] = shifts[i];
      }
      left = shifts[i];
    }
    Arrays.fill(lower, order, room, left);
    Arrays.fill(upper, order, room, left);
  }

  private void halve(int at) {
    int end = at + SturmSequence.SHIFTS;
    for (int i = at; i < end; i++) {
      shifts[i] = 0.5f * (lower[i] + upper[i]);
    }
    sequence.count(shifts, at, counts);
    for (int i = at; i < end; i++) {
      boolean below = counts[i] > i;
      upper[i] = below ? shifts[i] : upper[i];
      lower[i] = below ? lower[i] : shifts[i];
    }
  }

  /** An interval that holds all eigenvalues. */
  private record Interval(float low, float high) {

    /** From the rows' sums (Golub and Van Loan, section 7.2.1), widened for rounding. */
    static Interval ofGershgorin(float[] d, float[] e, int order, float scale) {
      float low = Float.POSITIVE_INFINITY;
      float high = Float.NEGATIVE_INFINITY;
      float before = 0;
      for (int i = 0; i < order; i++) {
        float after = i < order - 1 ? Math.abs(e[i] * scale) : 0;
        low = Math.min(low, d[i] * scale - before - after);
        high = Math.max(high, d[i] * scale + before + after);
        before = after;
      }
      float margin = WIDENING * Math.max(Math.abs(low), Math.abs(high));
      return new Interval(low - margin, high + margin);
    }

    double width() {
      return (double) high - low;
    }

    float norm() {
      return Math.max(Math.abs(low), Math.abs(high));
    }
  }
}
