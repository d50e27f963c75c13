package io.isotherm.solvers.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Reduces one symmetric matrix to tridiagonal form by Householder reflections (Golub and Van Loan,
 * Matrix Computations, 4th ed., section 8.3.1), in one pass over the matrix for each column: an
 * element gets the rank-2 update of the reflection before and, while it is in a register, adds its
 * part to the next symmetric matrix-vector product. LAPACK's {@code ssytrd} reads the matrix for
 * every product and again for its blocked updates.
 *
 * <p>Reflections are I - s v vᵀ with s = 2 / |v|². The update is A - v wᵀ - w vᵀ with p = A v and w
 * = s p - (s² vᵀp / 2) v. Elements should lie between about 1e-15 and 1e15 in magnitude, or be so
 * small beside the largest that they do not matter: their squares must be floats.
 *
 * <p>An instance keeps scratch memory for the largest order so far and serves one thread at a time.
 */
public final class HouseholderTridiagonalisation {

  private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
  private static final int LANES = Lanes.COUNT;
  private static final int HEIGHT = StripMatrix.HEIGHT;

  /** Lanes of the narrower vectors. */
  private static final int EIGHT = 8;

  private final StripMatrix matrix = new StripMatrix();
  private int order;
  private int padded;

  /** The update that is still due, A - v wᵀ - w vᵀ. */
  private float[] v = new float[0];

  private float[] w = new float[0];

  /** The vector of the next reflection, and A times it. */
  private float[] next = new float[0];

  private float[] product = new float[0];

  /** For each column, a vector of partial sums of its element of the product. */
  private float[] sums = new float[0];

  /** Bytes of scratch memory for a matrix of some order. */
  public static long bytes(int order) {
    long padded = Padding.up(order, HEIGHT);
    return StripMatrix.bytes(order) + (4 + LANES) * padded * Float.BYTES;
  }

  /** Makes room for a matrix of some order, whose columns are to be set next. */
  public void reserve(int newOrder) {
    order = newOrder;
    padded = Padding.up(order, HEIGHT);
    matrix.reserve(order);
    if (padded > v.length) {
      v = new float[padded];
      w = new float[padded];
      next = new float[padded];
      product = new float[padded];
      sums = new float[padded * LANES];
    }
  }

  /**
   * Sets a column of the matrix from the diagonal down.
   *
   * @param values the elements, from index {@code from} on
   */
  public void setColumn(int column, float[] values, int from) {
    matrix.setColumn(column, values, from);
  }

  /**
   * Reduces the matrix, which is lost by that.
   *
   * @param d takes the diagonal
   * @param e takes the off-diagonal, one element less
   */
  public void reduce(float[] d, float[] e) {
    Arrays.fill(v, 0, padded, 0);
    Arrays.fill(w, 0, padded, 0);
    for (int k = 0; k < order; k++) {
      updateColumn(k);
      d[k] = next[k];
      if (k < order - 1) {
        e[k] = reflect(k + 1);
        multiply(k + 1);
        finish(k + 1);
      }
    }
  }

  /** Takes column k, with the update that is still due. */
  private void updateColumn(int k) {
    for (int strip = k / HEIGHT; strip < matrix.strips(); strip++) {
      int at = StripMatrix.start(strip) + k * HEIGHT;
      updateColumn(matrix.elements(), at, v, w, k, next, strip * HEIGHT);
    }
  }

  private static void updateColumn(
      float[] a, int at, float[] v, float[] w, int k, float[] target, int row) {
    for (int i = 0; i < HEIGHT; i += LANES) {
      FloatVector.fromArray(FLOATS, a, at + i)
          .sub(FloatVector.fromArray(FLOATS, v, row + i).mul(w[k]))
          .sub(FloatVector.fromArray(FLOATS, w, row + i).mul(v[k]))
          .intoArray(target, row + i);
    }
  }

  /**
   * Turns the column from row {@code first} on into the vector of the reflection that maps it to a
   * multiple of the first unit vector (Golub and Van Loan, algorithm 5.1.1, scaled to |v|² = 2).
   *
   * @return the multiple
   */
  private float reflect(int first) {
    int start = start(first);
    Arrays.fill(next, Math.min(start, first - 1), first, 0);
    double head = next[first];
    next[first] = 0;
    double tail = dot(next, next, start, padded);
    if (tail == 0) {
      // Nothing to map, or squares that vanish: then the rest is nothing beside the matrix.
      Arrays.fill(next, start, padded, 0);
      return (float) head;
    }
    double norm = Math.sqrt(head * head + tail);
    double image = head > 0 ? -norm : norm;
    next[first] = (float) (head - image);
    scale(next, start, padded, (float) (1 / Math.sqrt(norm * (norm + Math.abs(head)))));
    return (float) image;
  }

  /** Updates the matrix from row and column {@code first} on and multiplies it by the next v. */
  private void multiply(int first) {
    // Columns go in pairs; one before the first adds nothing, as its element of next is 0.
    int pair = first - first % 2;
    Arrays.fill(sums, pair * LANES, padded * LANES, 0);
    float[] a = matrix.elements();
    for (int strip = first / HEIGHT; strip < matrix.strips(); strip++) {
      int at = StripMatrix.start(strip);
      int row = strip * HEIGHT;
      rectangle(a, at, v, w, next, product, row, pair, sums);
      square(a, at, v, w, next, product, row, Math.max(pair, row));
    }
  }

  /**
   * From the product to the w of the update that belongs to the next v. Takes |v|² as it has become
   * after v was rounded, which keeps the reflection orthogonal and halves the error.
   */
  private void finish(int first) {
    int start = start(first);
    addSums(sums, product, first, padded);
    Arrays.fill(product, start, first, 0);
    double square = squaredNorm(next, first, padded);
    double scale = square == 0 ? 0 : 2 / square;
    double along = 0.5 * scale * scale * dot(product, next, start, padded);
    combine((float) scale, product, (float) along, next, w, start, padded);
    float[] used = v;
    v = next;
    next = used;
  }

  /** First row of the strip that a row is in. */
  private static int start(int row) {
    return row / HEIGHT * HEIGHT;
  }

  /**
   * The part of a strip left of its square: elements count for their rows and, mirrored, for their
   * columns.
   */
  private static void rectangle(
      float[] a,
      int at,
      float[] v,
      float[] w,
      float[] next,
      float[] product,
      int row,
      int from,
      float[] sums) {
    FloatVector v0 = FloatVector.fromArray(FLOATS, v, row).neg();
    FloatVector v1 = FloatVector.fromArray(FLOATS, v, row + LANES).neg();
    FloatVector w0 = FloatVector.fromArray(FLOATS, w, row).neg();
    FloatVector w1 = FloatVector.fromArray(FLOATS, w, row + LANES).neg();
    FloatVector next0 = FloatVector.fromArray(FLOATS, next, row);
    FloatVector next1 = FloatVector.fromArray(FLOATS, next, row + LANES);
    FloatVector product0 = FloatVector.zero(FLOATS);
    FloatVector product1 = product0;
    FloatVector product2 = product0;
    FloatVector product3 = product0;
    for (int j = from; j < row; j += 2) {
      int i = at + HEIGHT * j;
      FloatVector vj = FloatVector.broadcast(FLOATS, v[j]);
      FloatVector wj = FloatVector.broadcast(FLOATS, w[j]);
      FloatVector nextJ = FloatVector.broadcast(FLOATS, next[j]);
      FloatVector a0 = w0.fma(vj, v0.fma(wj, FloatVector.fromArray(FLOATS, a, i)));
      FloatVector a1 = w1.fma(vj, v1.fma(wj, FloatVector.fromArray(FLOATS, a, i + LANES)));
      a0.intoArray(a, i);
      a1.intoArray(a, i + LANES);
      product0 = a0.fma(nextJ, product0);
      product1 = a1.fma(nextJ, product1);
      FloatVector sumJ = FloatVector.fromArray(FLOATS, sums, LANES * j);
      a1.fma(next1, a0.fma(next0, sumJ)).intoArray(sums, LANES * j);
      FloatVector vk = FloatVector.broadcast(FLOATS, v[j + 1]);
      FloatVector wk = FloatVector.broadcast(FLOATS, w[j + 1]);
      FloatVector nextK = FloatVector.broadcast(FLOATS, next[j + 1]);
      FloatVector b0 = w0.fma(vk, v0.fma(wk, FloatVector.fromArray(FLOATS, a, i + 2 * LANES)));
      FloatVector b1 = w1.fma(vk, v1.fma(wk, FloatVector.fromArray(FLOATS, a, i + 3 * LANES)));
      b0.intoArray(a, i + 2 * LANES);
      b1.intoArray(a, i + 3 * LANES);
      product2 = b0.fma(nextK, product2);
      product3 = b1.fma(nextK, product3);
      FloatVector sumK = FloatVector.fromArray(FLOATS, sums, LANES * j + LANES);
      b1.fma(next1, b0.fma(next0, sumK)).intoArray(sums, LANES * j + LANES);
    }
    product0.add(product2).intoArray(product, row);
    product1.add(product3).intoArray(product, row + LANES);
  }

  /** The square at the end of a strip, which has both halves: elements count for their rows. */
  private static void square(
      float[] a, int at, float[] v, float[] w, float[] next, float[] product, int row, int from) {
    FloatVector v0 = FloatVector.fromArray(FLOATS, v, row).neg();
    FloatVector v1 = FloatVector.fromArray(FLOATS, v, row + LANES).neg();
    FloatVector w0 = FloatVector.fromArray(FLOATS, w, row).neg();
    FloatVector w1 = FloatVector.fromArray(FLOATS, w, row + LANES).neg();
    FloatVector product0 = FloatVector.fromArray(FLOATS, product, row);
    FloatVector product1 = FloatVector.fromArray(FLOATS, product, row + LANES);
    for (int j = from; j < row + HEIGHT; j++) {
      int i = at + HEIGHT * j;
      FloatVector vj = FloatVector.broadcast(FLOATS, v[j]);
      FloatVector wj = FloatVector.broadcast(FLOATS, w[j]);
      FloatVector nextJ = FloatVector.broadcast(FLOATS, next[j]);
      FloatVector a0 = w0.fma(vj, v0.fma(wj, FloatVector.fromArray(FLOATS, a, i)));
      FloatVector a1 = w1.fma(vj, v1.fma(wj, FloatVector.fromArray(FLOATS, a, i + LANES)));
      a0.intoArray(a, i);
      a1.intoArray(a, i + LANES);
      product0 = a0.fma(nextJ, product0);
      product1 = a1.fma(nextJ, product1);
    }
    product0.intoArray(product, row);
    product1.intoArray(product, row + LANES);
  }

  private static void addSums(float[] sums, float[] target, int from, int to) {
    for (int j = from; j < to; j++) {
      int i = LANES * j;
      float sum = sumOfEight(sums, i);
      for (int lane = EIGHT; lane < LANES; lane += EIGHT) {
        sum += sumOfEight(sums, i + lane);
      }
      target[j] += sum;
    }
  }

  private static float sumOfEight(float[] x, int i) {
    return ((x[i] + x[i + 1]) + (x[i + 2] + x[i + 3]))
        + ((x[i + 4] + x[i + 5]) + (x[i + 6] + x[i + 7]));
  }

  private static float dot(float[] x, float[] y, int from, int to) {
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    for (int i = from; i < to; i += HEIGHT) {
      FloatVector x1 = FloatVector.fromArray(FLOATS, x, i + LANES);
      sum0 = FloatVector.fromArray(FLOATS, x, i).fma(FloatVector.fromArray(FLOATS, y, i), sum0);
      sum1 = x1.fma(FloatVector.fromArray(FLOATS, y, i + LANES), sum1);
    }
    return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
  }

  private static void scale(float[] x, int from, int to, float factor) {
    for (int i = from; i < to; i += LANES) {
      FloatVector.fromArray(FLOATS, x, i).mul(factor).intoArray(x, i);
    }
  }

  private static double squaredNorm(float[] x, int from, int to) {
    double even = 0;
    double odd = 0;
    for (int i = from; i < to - 1; i += 2) {
      even += (double) x[i] * x[i];
      odd += (double) x[i + 1] * x[i + 1];
    }
    double last = (to - from) % 2 == 0 ? 0 : x[to - 1];
    return even + odd + last * last;
  }

  /** Writes ax - by to the target. */
  private static void combine(
      float a, float[] x, float b, float[] y, float[] target, int from, int to) {
    for (int i = from; i < to; i += LANES) {
      FloatVector.fromArray(FLOATS, x, i)
          .mul(a)
          .sub(FloatVector.fromArray(FLOATS, y, i).mul(b))
          .intoArray(target, i);
    }
  }
}
