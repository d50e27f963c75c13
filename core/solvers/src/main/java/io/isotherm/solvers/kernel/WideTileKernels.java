package io.isotherm.solvers.kernel;

import static io.isotherm.solvers.kernel.SymmetricTiles.SIZE;
import static io.isotherm.solvers.kernel.SymmetricTiles.STRIDE;
import static io.isotherm.solvers.kernel.TileKernels.COLUMNS;
import static io.isotherm.solvers.kernel.TileKernels.PAIR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products of {@link TileKernels} with vectors of 512 bits: 12 rows of 16 columns, one vector
 * to a row, which take 12 of the 32 registers of AVX-512 and hide the latency of their sums.
 */
final class WideTileKernels {

  /** Rows of a product. */
  static final int ROWS = 12;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;

  private WideTileKernels() {}

  /** See {@link TileKernels#subtractUpdate}. */
  static void subtractUpdate(float[] l, int left, float[] r, int right, float[] c, int to) {
    FloatVector c0 = FloatVector.zero(FLOATS);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    FloatVector c8 = c0;
    FloatVector c9 = c0;
    FloatVector c10 = c0;
    FloatVector c11 = c0;
    for (int k = 0; k < PAIR; k++) {
      FloatVector x = FloatVector.fromArray(FLOATS, r, right + COLUMNS * k);
      c0 = x.fma(FloatVector.broadcast(FLOATS, l[left + k]), c0);
      c1 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + PAIR]), c1);
      c2 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 2 * PAIR]), c2);
      c3 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 3 * PAIR]), c3);
      c4 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 4 * PAIR]), c4);
      c5 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 5 * PAIR]), c5);
      c6 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 6 * PAIR]), c6);
      c7 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 7 * PAIR]), c7);
      c8 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 8 * PAIR]), c8);
      c9 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 9 * PAIR]), c9);
      c10 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 10 * PAIR]), c10);
      c11 = x.fma(FloatVector.broadcast(FLOATS, l[left + k + 11 * PAIR]), c11);
    }
    subtract(c, to, c0);
    subtract(c, to + STRIDE, c1);
    subtract(c, to + 2 * STRIDE, c2);
    subtract(c, to + 3 * STRIDE, c3);
    subtract(c, to + 4 * STRIDE, c4);
    subtract(c, to + 5 * STRIDE, c5);
    subtract(c, to + 6 * STRIDE, c6);
    subtract(c, to + 7 * STRIDE, c7);
    subtract(c, to + 8 * STRIDE, c8);
    subtract(c, to + 9 * STRIDE, c9);
    subtract(c, to + 10 * STRIDE, c10);
    subtract(c, to + 11 * STRIDE, c11);
  }

  /** See {@link TileKernels#addProduct}. */
  static void addProduct(float[] a, int left, float[] v, int right, float[] c, int to) {
    FloatVector c0 = FloatVector.zero(FLOATS);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    FloatVector c8 = c0;
    FloatVector c9 = c0;
    FloatVector c10 = c0;
    FloatVector c11 = c0;
    for (int k = 0; k < SIZE; k++) {
      FloatVector x = FloatVector.fromArray(FLOATS, v, right + COLUMNS * k);
      c0 = x.fma(FloatVector.broadcast(FLOATS, a[left + k]), c0);
      c1 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + STRIDE]), c1);
      c2 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 2 * STRIDE]), c2);
      c3 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 3 * STRIDE]), c3);
      c4 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 4 * STRIDE]), c4);
      c5 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 5 * STRIDE]), c5);
      c6 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 6 * STRIDE]), c6);
      c7 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 7 * STRIDE]), c7);
      c8 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 8 * STRIDE]), c8);
      c9 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 9 * STRIDE]), c9);
      c10 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 10 * STRIDE]), c10);
      c11 = x.fma(FloatVector.broadcast(FLOATS, a[left + k + 11 * STRIDE]), c11);
    }
    add(c, to, c0);
    add(c, to + COLUMNS, c1);
    add(c, to + 2 * COLUMNS, c2);
    add(c, to + 3 * COLUMNS, c3);
    add(c, to + 4 * COLUMNS, c4);
    add(c, to + 5 * COLUMNS, c5);
    add(c, to + 6 * COLUMNS, c6);
    add(c, to + 7 * COLUMNS, c7);
    add(c, to + 8 * COLUMNS, c8);
    add(c, to + 9 * COLUMNS, c9);
    add(c, to + 10 * COLUMNS, c10);
    add(c, to + 11 * COLUMNS, c11);
  }

  /** See {@link TileKernels#addTransposedProduct}. */
  static void addTransposedProduct(float[] a, int left, float[] v, int right, float[] c, int to) {
    FloatVector c0 = FloatVector.zero(FLOATS);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    FloatVector c8 = c0;
    FloatVector c9 = c0;
    FloatVector c10 = c0;
    FloatVector c11 = c0;
    for (int k = 0; k < SIZE; k++) {
      FloatVector x = FloatVector.fromArray(FLOATS, v, right + COLUMNS * k);
      c0 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k]), c0);
      c1 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 1]), c1);
      c2 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 2]), c2);
      c3 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 3]), c3);
      c4 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 4]), c4);
      c5 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 5]), c5);
      c6 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 6]), c6);
      c7 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 7]), c7);
      c8 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 8]), c8);
      c9 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 9]), c9);
      c10 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 10]), c10);
      c11 = x.fma(FloatVector.broadcast(FLOATS, a[left + STRIDE * k + 11]), c11);
    }
    add(c, to, c0);
    add(c, to + COLUMNS, c1);
    add(c, to + 2 * COLUMNS, c2);
    add(c, to + 3 * COLUMNS, c3);
    add(c, to + 4 * COLUMNS, c4);
    add(c, to + 5 * COLUMNS, c5);
    add(c, to + 6 * COLUMNS, c6);
    add(c, to + 7 * COLUMNS, c7);
    add(c, to + 8 * COLUMNS, c8);
    add(c, to + 9 * COLUMNS, c9);
    add(c, to + 10 * COLUMNS, c10);
    add(c, to + 11 * COLUMNS, c11);
  }

  /** See {@link TileKernels#addSmallProduct}. */
  static void addSmallProduct(float[] y, int left, float[] t, float[] c, int to) {
    FloatVector c0 = FloatVector.zero(FLOATS);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    FloatVector c8 = c0;
    FloatVector c9 = c0;
    FloatVector c10 = c0;
    FloatVector c11 = c0;
    for (int k = 0; k < COLUMNS; k++) {
      FloatVector x = FloatVector.fromArray(FLOATS, t, COLUMNS * k);
      c0 = x.fma(FloatVector.broadcast(FLOATS, y[left + k]), c0);
      c1 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + COLUMNS]), c1);
      c2 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 2 * COLUMNS]), c2);
      c3 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 3 * COLUMNS]), c3);
      c4 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 4 * COLUMNS]), c4);
      c5 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 5 * COLUMNS]), c5);
      c6 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 6 * COLUMNS]), c6);
      c7 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 7 * COLUMNS]), c7);
      c8 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 8 * COLUMNS]), c8);
      c9 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 9 * COLUMNS]), c9);
      c10 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 10 * COLUMNS]), c10);
      c11 = x.fma(FloatVector.broadcast(FLOATS, y[left + k + 11 * COLUMNS]), c11);
    }
    add(c, to, c0);
    add(c, to + PAIR, c1);
    add(c, to + 2 * PAIR, c2);
    add(c, to + 3 * PAIR, c3);
    add(c, to + 4 * PAIR, c4);
    add(c, to + 5 * PAIR, c5);
    add(c, to + 6 * PAIR, c6);
    add(c, to + 7 * PAIR, c7);
    add(c, to + 8 * PAIR, c8);
    add(c, to + 9 * PAIR, c9);
    add(c, to + 10 * PAIR, c10);
    add(c, to + 11 * PAIR, c11);
  }

  private static void add(float[] c, int at, FloatVector x) {
    FloatVector.fromArray(FLOATS, c, at).add(x).intoArray(c, at);
  }

  private static void subtract(float[] c, int at, FloatVector x) {
    FloatVector.fromArray(FLOATS, c, at).sub(x).intoArray(c, at);
  }
}
