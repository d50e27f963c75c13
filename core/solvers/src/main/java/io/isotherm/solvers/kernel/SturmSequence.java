package io.isotherm.solvers.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * How many eigenvalues of a symmetric tridiagonal matrix T lie below a shift x: the sign changes in
 * the sequence of leading principal minors of T - xI, {@code p(i) = (d(i) - x) p(i-1) - e(i-1)²
 * p(i-2)} (Golub and Van Loan, Matrix Computations, 4th ed., section 8.4.1; Barth, Martin and
 * Wilkinson in the Handbook for Automatic Computation II, contribution II/5).
 *
 * <p>The usual quotients p(i) / p(i-1) need a division, by far the slowest instruction here. Minors
 * need none, but leave the range of floats, so they are scaled by powers of two every few steps.
 * The error is that of the quotients: each count is exact for a matrix with the same diagonal and
 * off-diagonal elements that differ by a few roundings of their own (Demmel, Applied Numerical
 * Linear Algebra, section 5.3.4).
 */
final class SturmSequence {

  /** Shifts of one call: two vectors, so that one's instructions run while the other's finish. */
  static final int SHIFTS = 2 * Lanes.COUNT;

  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());
  private static final int LANES = Lanes.COUNT;

  /** Steps of the recurrence between two scalings. */
  private static final int UNROLL = 4;

  /**
   * Least square of an off-diagonal element when the largest element is about 1. Less would let
   * minors vanish between two scalings; this moves no eigenvalue by more than 2^-29.
   */
  private static final float LEAST_SQUARE = 0x1p-60f;

  /** Where rows of padding have their eigenvalue: above all shifts. */
  private static final float ABOVE = 16;

  private static final int SIGN = 31;
  private static final int EXPONENT = 0x7f800000;

  /** Less the exponent of a float: the bits of the power of two that scales it to [1, 2). */
  private static final int POWER = 0x7f000000;

  private float[] diagonal = new float[0];
  private float[] negatedSquares = new float[0];
  private int rows;

  /** Numbers kept for a matrix of some order. */
  static long numbers(int order) {
    return 2L * Padding.up(order, UNROLL);
  }

  /**
   * Takes a matrix over.
   *
   * @param e its off-diagonal, of which {@code order - 1} elements count
   * @param scale brings the largest element to between 1/2 and 1
   */
  void load(float[] d, float[] e, int order, float scale) {
    rows = Padding.up(order, UNROLL);
    if (rows > diagonal.length) {
      diagonal = new float[rows];
      negatedSquares = new float[rows];
    }
    for (int i = 0; i < order; i++) {
      diagonal[i] = d[i] * scale;
    }
    for (int i = 1; i < order; i++) {
      float element = e[i - 1] * scale;
      negatedSquares[i] = -Math.max(element * element, LEAST_SQUARE);
    }
    negatedSquares[0] = 0;
    for (int i = order; i < rows; i++) {
      diagonal[i] = ABOVE;
      negatedSquares[i] = 0;
    }
  }

  /** Counts for {@link #SHIFTS} shifts from index {@code at} on. */
  void count(float[] shifts, int at, int[] counts) {
    count(diagonal, negatedSquares, rows, shifts, at, counts);
  }

  // One method without helpers: beyond some size C2 inlines the Vector API's own methods only.
  private static void count(float[] d, float[] e, int rows, float[] shifts, int at, int[] counts) {
    FloatVector x0 = FloatVector.fromArray(FLOATS, shifts, at);
    FloatVector x1 = FloatVector.fromArray(FLOATS, shifts, at + LANES);
    // Of two neighbours in the sequence p is the one with the odd number.
    FloatVector p0 = FloatVector.zero(FLOATS);
    FloatVector p1 = p0;
    FloatVector q0 = FloatVector.broadcast(FLOATS, 1);
    FloatVector q1 = q0;
    IntVector changes0 = IntVector.zero(INTS);
    IntVector changes1 = changes0;
    IntVector exponent = IntVector.broadcast(INTS, EXPONENT);
    IntVector power = IntVector.broadcast(INTS, POWER);
    for (int i = 0; i < rows; i += UNROLL) {
      FloatVector d0 = FloatVector.broadcast(FLOATS, d[i]);
      FloatVector e0 = FloatVector.broadcast(FLOATS, e[i]);
      p0 = d0.sub(x0).fma(q0, p0.mul(e0));
      p1 = d0.sub(x1).fma(q1, p1.mul(e0));
      changes0 =
          changes0.sub(
              p0.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q0.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      changes1 =
          changes1.sub(
              p1.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q1.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      FloatVector d1 = FloatVector.broadcast(FLOATS, d[i + 1]);
      FloatVector e1 = FloatVector.broadcast(FLOATS, e[i + 1]);
      q0 = d1.sub(x0).fma(p0, q0.mul(e1));
      q1 = d1.sub(x1).fma(p1, q1.mul(e1));
      changes0 =
          changes0.sub(
              p0.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q0.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      changes1 =
          changes1.sub(
              p1.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q1.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      FloatVector d2 = FloatVector.broadcast(FLOATS, d[i + 2]);
      FloatVector e2 = FloatVector.broadcast(FLOATS, e[i + 2]);
      p0 = d2.sub(x0).fma(q0, p0.mul(e2));
      p1 = d2.sub(x1).fma(q1, p1.mul(e2));
      changes0 =
          changes0.sub(
              p0.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q0.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      changes1 =
          changes1.sub(
              p1.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q1.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      FloatVector d3 = FloatVector.broadcast(FLOATS, d[i + 3]);
      FloatVector e3 = FloatVector.broadcast(FLOATS, e[i + 3]);
      q0 = d3.sub(x0).fma(p0, q0.mul(e3));
      q1 = d3.sub(x1).fma(p1, q1.mul(e3));
      changes0 =
          changes0.sub(
              p0.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q0.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      changes1 =
          changes1.sub(
              p1.reinterpretAsInts()
                  .lanewise(VectorOperators.XOR, q1.reinterpretAsInts())
                  .lanewise(VectorOperators.ASHR, SIGN));
      IntVector larger0 =
          p0.reinterpretAsInts()
              .lanewise(VectorOperators.AND, exponent)
              .max(q0.reinterpretAsInts().lanewise(VectorOperators.AND, exponent));
      FloatVector scale0 = power.sub(larger0).reinterpretAsFloats();
      p0 = p0.mul(scale0);
      q0 = q0.mul(scale0);
      IntVector larger1 =
          p1.reinterpretAsInts()
              .lanewise(VectorOperators.AND, exponent)
              .max(q1.reinterpretAsInts().lanewise(VectorOperators.AND, exponent));
      FloatVector scale1 = power.sub(larger1).reinterpretAsFloats();
      p1 = p1.mul(scale1);
      q1 = q1.mul(scale1);
    }
    changes0.intoArray(counts, at);
    changes1.intoArray(counts, at + LANES);
  }
}
