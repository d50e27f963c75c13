package io.isotherm.solvers.kernel;

import static io.isotherm.solvers.kernel.SymmetricTiles.SIZE;
import static io.isotherm.solvers.kernel.SymmetricTiles.STRIDE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of small blocks that stay in registers: 6 rows of 16 columns take 12 of the 16 vector
 * registers of AVX2, which leaves one for the factor on the left, an element in all lanes, and two
 * for a row of the factor on the right (Goto and van de Geijn, Anatomy of high-performance matrix
 * multiplication, ACM TOMS 34, 2008). Each element is summed in a register and then added once. For
 * vectors of 512 bits see {@link WideTileKernels}.
 *
 * <p>The bodies are alike and could not share code: what is in an array or behind a call is not in
 * a register.
 */
final class TileKernels {

  private static final boolean WIDE = VectorUnit.bits() == VectorUnit.WIDE_BITS;

  private static final int NARROW_ROWS = 6;

  /** Rows of a product. */
  static final int ROWS = WIDE ? WideTileKernels.ROWS : NARROW_ROWS;

  /** Columns of a product, and of a panel. */
  static final int COLUMNS = 16;

  /** Rows of {@link #crossProduct}'s product: a factor of 16. */
  static final int CROSS_ROWS = 4;

  /** Floats from one row of an update's left factor to the next. */
  static final int PAIR = 2 * COLUMNS;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  private static final int LANES = 8;

  private TileKernels() {}

  /**
   * C := C - L R, an update of {@link #ROWS} x 16 elements of a tile.
   *
   * @param l rows of 32
   * @param r 32 rows of 16
   * @param c rows of a tile
   */
  static void subtractUpdate(float[] l, int left, float[] r, int right, float[] c, int to) {
    if (WIDE) {
      WideTileKernels.subtractUpdate(l, left, r, right, c, to);
      return;
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    for (int k = 0; k < PAIR; k++) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, r, right + COLUMNS * k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, r, right + COLUMNS * k + LANES);
      FloatVector b = FloatVector.broadcast(FLOATS, l[left + k]);
      c00 = b.fma(x0, c00);
      c01 = b.fma(x1, c01);
      b = FloatVector.broadcast(FLOATS, l[left + k + PAIR]);
      c10 = b.fma(x0, c10);
      c11 = b.fma(x1, c11);
      b = FloatVector.broadcast(FLOATS, l[left + k + 2 * PAIR]);
      c20 = b.fma(x0, c20);
      c21 = b.fma(x1, c21);
      b = FloatVector.broadcast(FLOATS, l[left + k + 3 * PAIR]);
      c30 = b.fma(x0, c30);
      c31 = b.fma(x1, c31);
      b = FloatVector.broadcast(FLOATS, l[left + k + 4 * PAIR]);
      c40 = b.fma(x0, c40);
      c41 = b.fma(x1, c41);
      b = FloatVector.broadcast(FLOATS, l[left + k + 5 * PAIR]);
      c50 = b.fma(x0, c50);
      c51 = b.fma(x1, c51);
    }
    subtract(c, to, c00, c01);
    subtract(c, to + STRIDE, c10, c11);
    subtract(c, to + 2 * STRIDE, c20, c21);
    subtract(c, to + 3 * STRIDE, c30, c31);
    subtract(c, to + 4 * STRIDE, c40, c41);
    subtract(c, to + 5 * STRIDE, c50, c51);
  }

  /**
   * Y := Y + A V, {@link #ROWS} x 16 elements of it.
   *
   * @param a rows of a tile
   * @param v 48 rows of 16
   * @param c Y, rows of 16
   */
  static void addProduct(float[] a, int left, float[] v, int right, float[] c, int to) {
    if (WIDE) {
      WideTileKernels.addProduct(a, left, v, right, c, to);
      return;
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    for (int k = 0; k < SIZE; k++) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, v, right + COLUMNS * k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, v, right + COLUMNS * k + LANES);
      FloatVector b = FloatVector.broadcast(FLOATS, a[left + k]);
      c00 = b.fma(x0, c00);
      c01 = b.fma(x1, c01);
      b = FloatVector.broadcast(FLOATS, a[left + k + STRIDE]);
      c10 = b.fma(x0, c10);
      c11 = b.fma(x1, c11);
      b = FloatVector.broadcast(FLOATS, a[left + k + 2 * STRIDE]);
      c20 = b.fma(x0, c20);
      c21 = b.fma(x1, c21);
      b = FloatVector.broadcast(FLOATS, a[left + k + 3 * STRIDE]);
      c30 = b.fma(x0, c30);
      c31 = b.fma(x1, c31);
      b = FloatVector.broadcast(FLOATS, a[left + k + 4 * STRIDE]);
      c40 = b.fma(x0, c40);
      c41 = b.fma(x1, c41);
      b = FloatVector.broadcast(FLOATS, a[left + k + 5 * STRIDE]);
      c50 = b.fma(x0, c50);
      c51 = b.fma(x1, c51);
    }
    add(c, to, c00, c01);
    add(c, to + COLUMNS, c10, c11);
    add(c, to + 2 * COLUMNS, c20, c21);
    add(c, to + 3 * COLUMNS, c30, c31);
    add(c, to + 4 * COLUMNS, c40, c41);
    add(c, to + 5 * COLUMNS, c50, c51);
  }

  /**
   * Y := Y + Aᵀ V, {@link #ROWS} x 16 elements of it.
   *
   * @param a columns of a tile
   * @param v 48 rows of 16
   * @param c Y, rows of 16
   */
  static void addTransposedProduct(float[] a, int left, float[] v, int right, float[] c, int to) {
    if (WIDE) {
      WideTileKernels.addTransposedProduct(a, left, v, right, c, to);
      return;
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    for (int k = 0; k < SIZE; k++) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, v, right + COLUMNS * k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, v, right + COLUMNS * k + LANES);
      FloatVector b = FloatVector.broadcast(FLOATS, a[left + STRIDE * k]);
      c00 = b.fma(x0, c00);
      c01 = b.fma(x1, c01);
      b = FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 1]);
      c10 = b.fma(x0, c10);
      c11 = b.fma(x1, c11);
      b = FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 2]);
      c20 = b.fma(x0, c20);
      c21 = b.fma(x1, c21);
      b = FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 3]);
      c30 = b.fma(x0, c30);
      c31 = b.fma(x1, c31);
      b = FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 4]);
      c40 = b.fma(x0, c40);
      c41 = b.fma(x1, c41);
      b = FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 5]);
      c50 = b.fma(x0, c50);
      c51 = b.fma(x1, c51);
    }
    add(c, to, c00, c01);
    add(c, to + COLUMNS, c10, c11);
    add(c, to + 2 * COLUMNS, c20, c21);
    add(c, to + 3 * COLUMNS, c30, c31);
    add(c, to + 4 * COLUMNS, c40, c41);
    add(c, to + 5 * COLUMNS, c50, c51);
  }

  /**
   * G := Vᵀ Y over 16 rows, 4 x 16 elements of it.
   *
   * @param v columns of a panel, rows of 16
   * @param y rows of 16
   * @param c G, rows of 16
   */
  static void crossProduct(float[] v, int left, float[] y, int right, float[] c, int to) {
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    // Two rows at a time make the method too long for C2 to inline, where it would box vectors.
    for (int k = 0; k < COLUMNS; k += 2) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, y, right + COLUMNS * k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, y, right + COLUMNS * k + LANES);
      FloatVector b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k]);
      c00 = b.fma(x0, c00);
      c01 = b.fma(x1, c01);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + 1]);
      c10 = b.fma(x0, c10);
      c11 = b.fma(x1, c11);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + 2]);
      c20 = b.fma(x0, c20);
      c21 = b.fma(x1, c21);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + 3]);
      c30 = b.fma(x0, c30);
      c31 = b.fma(x1, c31);
      FloatVector x2 = FloatVector.fromArray(FLOATS, y, right + COLUMNS * k + COLUMNS);
      FloatVector x3 = FloatVector.fromArray(FLOATS, y, right + COLUMNS * k + COLUMNS + LANES);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + COLUMNS]);
      c00 = b.fma(x2, c00);
      c01 = b.fma(x3, c01);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + COLUMNS + 1]);
      c10 = b.fma(x2, c10);
      c11 = b.fma(x3, c11);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + COLUMNS + 2]);
      c20 = b.fma(x2, c20);
      c21 = b.fma(x3, c21);
      b = FloatVector.broadcast(FLOATS, v[left + COLUMNS * k + COLUMNS + 3]);
      c30 = b.fma(x2, c30);
      c31 = b.fma(x3, c31);
    }
    set(c, to, c00, c01);
    set(c, to + COLUMNS, c10, c11);
    set(c, to + 2 * COLUMNS, c20, c21);
    set(c, to + 3 * COLUMNS, c30, c31);
  }

  /**
   * X := X + Y T for a 16 x 16 matrix T, {@link #ROWS} x 16 elements of it.
   *
   * @param y rows of 16
   * @param t 16 rows of 16
   * @param c X, rows of 32
   */
  static void addSmallProduct(float[] y, int left, float[] t, float[] c, int to) {
    if (WIDE) {
      WideTileKernels.addSmallProduct(y, left, t, c, to);
      return;
    }
    FloatVector c00 = FloatVector.zero(FLOATS);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    for (int k = 0; k < COLUMNS; k++) {
      FloatVector x0 = FloatVector.fromArray(FLOATS, t, COLUMNS * k);
      FloatVector x1 = FloatVector.fromArray(FLOATS, t, COLUMNS * k + LANES);
      FloatVector b = FloatVector.broadcast(FLOATS, y[left + k]);
      c00 = b.fma(x0, c00);
      c01 = b.fma(x1, c01);
      b = FloatVector.broadcast(FLOATS, y[left + k + COLUMNS]);
      c10 = b.fma(x0, c10);
      c11 = b.fma(x1, c11);
      b = FloatVector.broadcast(FLOATS, y[left + k + 2 * COLUMNS]);
      c20 = b.fma(x0, c20);
      c21 = b.fma(x1, c21);
      b = FloatVector.broadcast(FLOATS, y[left + k + 3 * COLUMNS]);
      c30 = b.fma(x0, c30);
      c31 = b.fma(x1, c31);
      b = FloatVector.broadcast(FLOATS, y[left + k + 4 * COLUMNS]);
      c40 = b.fma(x0, c40);
      c41 = b.fma(x1, c41);
      b = FloatVector.broadcast(FLOATS, y[left + k + 5 * COLUMNS]);
      c50 = b.fma(x0, c50);
      c51 = b.fma(x1, c51);
    }
    add(c, to, c00, c01);
    add(c, to + PAIR, c10, c11);
    add(c, to + 2 * PAIR, c20, c21);
    add(c, to + 3 * PAIR, c30, c31);
    add(c, to + 4 * PAIR, c40, c41);
    add(c, to + 5 * PAIR, c50, c51);
  }

  private static void set(float[] c, int at, FloatVector x0, FloatVector x1) {
    x0.intoArray(c, at);
    x1.intoArray(c, at + LANES);
  }

  private static void add(float[] c, int at, FloatVector x0, FloatVector x1) {
    FloatVector.fromArray(FLOATS, c, at).add(x0).intoArray(c, at);
    FloatVector.fromArray(FLOATS, c, at + LANES).add(x1).intoArray(c, at + LANES);
  }

  private static void subtract(float[] c, int at, FloatVector x0, FloatVector x1) {
    FloatVector.fromArray(FLOATS, c, at).sub(x0).intoArray(c, at);
    FloatVector.fromArray(FLOATS, c, at + LANES).sub(x1).intoArray(c, at + LANES);
  }
}
