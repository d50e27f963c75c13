package io.isotherm.solvers.kernel;

import static io.isotherm.solvers.kernel.SymmetricBand.STRIDE;
import static io.isotherm.solvers.kernel.SymmetricBand.WIDTH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reduces a symmetric band matrix to tridiagonal form (Murata and Horikoshi, A new method for the
 * tridiagonalization of the symmetric band matrix, 1975; Bischof, Lang and Sun, A framework for
 * symmetric band reduction, ACM TOMS 26, 2000).
 *
 * <p>A sweep takes one column to tridiagonal form with a Householder reflector on the 16 rows below
 * its diagonal. From both sides, that reflector also fills the triangle below the next block, the
 * bulge. A reflector for the bulge's first column moves the fill-in on by 16 rows, and so on to the
 * end of the matrix; the bulge's other columns are left to the sweeps that follow. Some 6 n² 16
 * operations in all.
 *
 * <p>Several sweeps run at a time, each one block behind the one before (Haidar, Ltaief and
 * Dongarra, Parallel reduction to condensed forms, SC11, run such pipelines on many cores). What
 * they work on together stays in a core's nearest caches.
 */
final class BulgeChasing {

  /** Sweeps at a time: four windows of 32 columns fill a fraction of the second cache. */
  private static final int SWEEPS = 4;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  private static final int LANES = 8;

  private static final VectorMask<Float> ODD = VectorMask.fromLong(FLOATS, 0b10101010);
  private static final VectorMask<Float> ODD_PAIRS = VectorMask.fromLong(FLOATS, 0b11001100);
  private static final VectorMask<Float> UPPER_HALF = VectorMask.fromLong(FLOATS, 0b11110000);
  private static final VectorShuffle<Float> SWAP_LANES = swap(1);
  private static final VectorShuffle<Float> SWAP_PAIRS = swap(2);
  private static final VectorShuffle<Float> SWAP_HALVES = swap(4);

  /** The sweeps' reflectors H = I - tau v vᵀ with v(0) = 1, and the rows at which they start. */
  private final float[] reflectors = new float[SWEEPS * WIDTH];

  private final float[] taus = new float[SWEEPS];
  private final int[] starts = new int[SWEEPS];

  private final float[] partials = new float[LANES * WIDTH];
  private final float[] scratch = new float[WIDTH];

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(FLOATS, i -> i ^ distance);
  }

  /** Overwrites a band matrix with a similar one that is tridiagonal. */
  void reduce(SymmetricBand band) {
    int sweeps = Math.max(0, band.order() - 2);
    for (int first = 0; first < sweeps; first += SWEEPS) {
      pipeline(band.elements(), band.order(), first, Math.min(SWEEPS, sweeps - first));
    }
  }

  private void pipeline(float[] a, int order, int first, int count) {
    boolean running = true;
    for (int round = 0; running; round++) {
      running = false;
      for (int k = 0; k < Math.min(count, round + 1); k++) {
        if (k == round) {
          starts[k] = first + k + 1;
          int column = SymmetricBand.index(first + k + 1, first + k);
          taus[k] = reflect(a, column, reflectors, k * WIDTH);
        }
        if (starts[k] < order) {
          chase(a, k);
          running = true;
        }
      }
    }
  }

  /** One block further with one sweep. */
  private void chase(float[] a, int sweep) {
    int start = starts[sweep];
    int diagonal = SymmetricBand.index(start, start);
    int below = diagonal + WIDTH;
    int v = sweep * WIDTH;
    applyFromBothSides(a, diagonal, reflectors, v, taus[sweep], scratch);
    taus[sweep] = applyAndReflect(a, below, reflectors, v, taus[sweep], partials, scratch);
    // The first row below joins the next sweep's block on the diagonal, which is a full square.
    int mirrored = SymmetricBand.index(start, start + WIDTH);
    for (int c = 1; c < WIDTH; c++) {
      a[mirrored + c] = a[below + STRIDE * c];
    }
    starts[sweep] = start + WIDTH;
  }

  /**
   * Replaces a column x of 16 by H x = (beta, 0, ..., 0) and writes the reflector (Golub and Van
   * Loan, Matrix Computations, 4th ed., section 5.1.3).
   *
   * @return tau, which is 0 if there is nothing to reflect
   */
  private static float reflect(float[] a, int x, float[] reflector, int v) {
    float alpha = a[x];
    FloatVector x0 = FloatVector.fromArray(FLOATS, a, x).withLane(0, 0);
    FloatVector x1 = FloatVector.fromArray(FLOATS, a, x + LANES);
    float tail = sum(x0.mul(x0).add(x1.mul(x1)));
    if (tail <= PanelReflectors.NEGLIGIBLE_SQUARE) {
      FloatVector.zero(FLOATS).withLane(0, alpha).intoArray(a, x);
      FloatVector.zero(FLOATS).intoArray(a, x + LANES);
      FloatVector.zero(FLOATS).withLane(0, 1).intoArray(reflector, v);
      FloatVector.zero(FLOATS).intoArray(reflector, v + LANES);
      return 0;
    }
    double norm = Math.sqrt((double) alpha * alpha + tail);
    double beta = alpha > 0 ? -norm : norm;
    float scale = (float) (1 / (alpha - beta));
    x0.mul(scale).withLane(0, 1).intoArray(reflector, v);
    x1.mul(scale).intoArray(reflector, v + LANES);
    FloatVector.zero(FLOATS).withLane(0, (float) beta).intoArray(a, x);
    FloatVector.zero(FLOATS).intoArray(a, x + LANES);
    // Of the reflector as it is stored, whose scale is rounded.
    return (float) (2 / (1 + (double) scale * scale * tail));
  }

  /**
   * D := H D H for a full symmetric block: D - v wᵀ - w vᵀ with w = tau D v - tau²/2 (vᵀ D v) v.
   */
  private static void applyFromBothSides(
      float[] a, int block, float[] reflector, int v, float tau, float[] w) {
    FloatVector even0 = FloatVector.zero(FLOATS);
    FloatVector even1 = even0;
    FloatVector odd0 = even0;
    FloatVector odd1 = even0;
    for (int c = 0; c < WIDTH; c += 2) {
      int column = block + STRIDE * c;
      FloatVector x = FloatVector.broadcast(FLOATS, reflector[v + c]);
      FloatVector y = FloatVector.broadcast(FLOATS, reflector[v + c + 1]);
      even0 = x.fma(FloatVector.fromArray(FLOATS, a, column), even0);
      even1 = x.fma(FloatVector.fromArray(FLOATS, a, column + LANES), even1);
      odd0 = y.fma(FloatVector.fromArray(FLOATS, a, column + STRIDE), odd0);
      odd1 = y.fma(FloatVector.fromArray(FLOATS, a, column + STRIDE + LANES), odd1);
    }
    FloatVector u0 = even0.add(odd0);
    FloatVector u1 = even1.add(odd1);
    FloatVector v0 = FloatVector.fromArray(FLOATS, reflector, v);
    FloatVector v1 = FloatVector.fromArray(FLOATS, reflector, v + LANES);
    float half = -0.5f * tau * tau * sum(u0.mul(v0).add(u1.mul(v1)));
    FloatVector w0 = v0.mul(half).add(u0.mul(tau));
    FloatVector w1 = v1.mul(half).add(u1.mul(tau));
    w0.intoArray(w, 0);
    w1.intoArray(w, LANES);
    w0 = w0.neg();
    w1 = w1.neg();
    v0 = v0.neg();
    v1 = v1.neg();
    for (int c = 0; c < WIDTH; c++) {
      int column = block + STRIDE * c;
      FloatVector x = FloatVector.broadcast(FLOATS, reflector[v + c]);
      FloatVector y = FloatVector.broadcast(FLOATS, w[c]);
      FloatVector d0 = FloatVector.fromArray(FLOATS, a, column);
      FloatVector d1 = FloatVector.fromArray(FLOATS, a, column + LANES);
      v0.fma(y, w0.fma(x, d0)).intoArray(a, column);
      v1.fma(y, w1.fma(x, d1)).intoArray(a, column + LANES);
    }
  }

  /**
   * B := H2 B H for the block below: H is the reflector that comes in, H2 the one for the first
   * column of B H, which replaces it.
   *
   * @return tau of the new reflector
   */
  private static float applyAndReflect(
      float[] a,
      int block,
      float[] reflector,
      int v,
      float tau,
      float[] partials,
      float[] multipliers) {
    FloatVector even0 = FloatVector.zero(FLOATS);
    FloatVector even1 = even0;
    FloatVector odd0 = even0;
    FloatVector odd1 = even0;
    for (int c = 0; c < WIDTH; c += 2) {
      int column = block + STRIDE * c;
      FloatVector x = FloatVector.broadcast(FLOATS, reflector[v + c]);
      FloatVector y = FloatVector.broadcast(FLOATS, reflector[v + c + 1]);
      even0 = x.fma(FloatVector.fromArray(FLOATS, a, column), even0);
      even1 = x.fma(FloatVector.fromArray(FLOATS, a, column + LANES), even1);
      odd0 = y.fma(FloatVector.fromArray(FLOATS, a, column + STRIDE), odd0);
      odd1 = y.fma(FloatVector.fromArray(FLOATS, a, column + STRIDE + LANES), odd1);
    }
    FloatVector w0 = even0.add(odd0).mul(-tau);
    FloatVector w1 = even1.add(odd1).mul(-tau);
    FloatVector.fromArray(FLOATS, a, block).add(w0).intoArray(a, block);
    FloatVector.fromArray(FLOATS, a, block + LANES).add(w1).intoArray(a, block + LANES);
    FloatVector.fromArray(FLOATS, reflector, v).intoArray(multipliers, 0);
    FloatVector.fromArray(FLOATS, reflector, v + LANES).intoArray(multipliers, LANES);
    float newTau = reflect(a, block, reflector, v);
    FloatVector v0 = FloatVector.fromArray(FLOATS, reflector, v);
    FloatVector v1 = FloatVector.fromArray(FLOATS, reflector, v + LANES);
    for (int c = 1; c < WIDTH; c++) {
      int column = block + STRIDE * c;
      FloatVector x = FloatVector.broadcast(FLOATS, multipliers[c]);
      FloatVector b0 = w0.fma(x, FloatVector.fromArray(FLOATS, a, column));
      FloatVector b1 = w1.fma(x, FloatVector.fromArray(FLOATS, a, column + LANES));
      b0.intoArray(a, column);
      b1.intoArray(a, column + LANES);
      b0.mul(v0).add(b1.mul(v1)).intoArray(partials, LANES * c);
    }
    sums(partials, 0, -newTau, multipliers, 0);
    sums(partials, LANES * LANES, -newTau, multipliers, LANES);
    for (int c = 1; c < WIDTH; c++) {
      int column = block + STRIDE * c;
      FloatVector x = FloatVector.broadcast(FLOATS, multipliers[c]);
      v0.fma(x, FloatVector.fromArray(FLOATS, a, column)).intoArray(a, column);
      v1.fma(x, FloatVector.fromArray(FLOATS, a, column + LANES)).intoArray(a, column + LANES);
    }
    return newTau;
  }

  /**
   * A multiple of the sums of the elements of eight vectors. Adding within vectors, one after the
   * other, would cost several times as much ({@code reduceLanes} adds lane by lane in Java 17).
   */
  private static void sums(float[] vectors, int from, float factor, float[] target, int to) {
    FloatVector a = interleave(vectors, from);
    FloatVector b = interleave(vectors, from + 2 * LANES);
    FloatVector c = interleave(vectors, from + 4 * LANES);
    FloatVector d = interleave(vectors, from + 6 * LANES);
    FloatVector ab = add(a, b, ODD_PAIRS, SWAP_PAIRS);
    FloatVector cd = add(c, d, ODD_PAIRS, SWAP_PAIRS);
    add(ab, cd, UPPER_HALF, SWAP_HALVES).mul(factor).intoArray(target, to);
  }

  private static FloatVector interleave(float[] vectors, int from) {
    FloatVector x = FloatVector.fromArray(FLOATS, vectors, from);
    FloatVector y = FloatVector.fromArray(FLOATS, vectors, from + LANES);
    return add(x, y, ODD, SWAP_LANES);
  }

  /** Sums of neighbours, those of y in the lanes of a mask and those of x in the others. */
  private static FloatVector add(
      FloatVector x, FloatVector y, VectorMask<Float> mask, VectorShuffle<Float> swap) {
    return x.blend(y, mask).add(y.blend(x, mask).rearrange(swap));
  }

  private static float sum(FloatVector x) {
    FloatVector halves = x.add(x.rearrange(SWAP_HALVES));
    FloatVector pairs = halves.add(halves.rearrange(SWAP_PAIRS));
    return pairs.lane(0) + pairs.lane(1);
  }
}
