package io.isotherm.solvers.kernel;

import java.nio.FloatBuffer;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The lower triangle of a symmetric matrix in square tiles of {@value #SIZE} rows, those on the
 * diagonal in full. Each tile lies row by row in one piece of memory, which a core's first cache
 * holds together with what the tile is multiplied by. The order is rounded up to whole tiles with
 * zeros, so that kernels need no case for the edge.
 *
 * <p>A row takes {@value #STRIDE} floats, of which the last 16 are not used: C2 of Java 17 removes
 * the bounds checks of an inner loop only where the distance between two rows is a power of two.
 * All in all that is 2.7 order² bytes.
 */
final class SymmetricTiles {

  /** Rows and columns of a tile: whole blocks of the kernels' 6 rows and 16 columns. */
  static final int SIZE = 48;

  /** Floats from one row of a tile to the next. */
  static final int STRIDE = 64;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  private static final int LANES = 8;

  private static final int LENGTH = SIZE * STRIDE;

  private float[] elements = new float[0];
  private int count;

  /** Bytes of memory for a matrix of some order. */
  static long bytes(int order) {
    long tiles = Padding.up(order, SIZE) / SIZE;
    return tiles * (tiles + 1) / 2 * LENGTH * Float.BYTES;
  }

  /**
   * Takes a matrix over, divided by a power of two that brings its largest element to between 1/2
   * and 1.
   *
   * @param lower its lower triangle row by row, {@code order} elements to a row, that is, the upper
   *     triangle column by column; what lies beyond the diagonal is not read
   * @return the exponent of that power of two
   */
  int load(FloatBuffer lower, int order) {
    count = Padding.up(order, SIZE) / SIZE;
    int length = count * (count + 1) / 2 * LENGTH;
    if (length > elements.length) {
      elements = new float[length];
    }
    Arrays.fill(elements, offset(Math.max(0, count - 1), 0), length, 0);
    for (int i = 0; i < order; i++) {
      int row = i / SIZE;
      int within = (i - row * SIZE) * STRIDE;
      for (int j = 0; j <= row; j++) {
        int columns = Math.min(SIZE, i + 1 - j * SIZE);
        lower.get(i * order + j * SIZE, elements, offset(row, j) + within, columns);
      }
    }
    for (int i = 0; i < count; i++) {
      mirror(offset(i, i));
    }
    int exponent = exponent(length);
    if (exponent != 0) {
      scale(length, exponent);
    }
    return exponent;
  }

  /** Of the largest element; of zeros, and of what is not finite, 0. */
  private int exponent(int length) {
    FloatVector most = FloatVector.zero(FLOATS);
    for (int i = 0; i < length; i += LANES) {
      most = most.max(FloatVector.fromArray(FLOATS, elements, i).abs());
    }
    float largest = most.reduceLanes(VectorOperators.MAX);
    boolean scalable = largest > 0 && largest <= Float.MAX_VALUE;
    return scalable ? Math.getExponent(largest) + 1 : 0;
  }

  /** In two steps: the power of two may itself be out of a float's range. */
  private void scale(int length, int exponent) {
    float half = Math.scalb(1f, -exponent / 2);
    float rest = Math.scalb(1f, -exponent - -exponent / 2);
    for (int i = 0; i < length; i += LANES) {
      FloatVector.fromArray(FLOATS, elements, i).mul(half).mul(rest).intoArray(elements, i);
    }
  }

  private void mirror(int tile) {
    for (int i = 0; i < SIZE; i++) {
      for (int j = 0; j < i; j++) {
        elements[tile + j * STRIDE + i] = elements[tile + i * STRIDE + j];
      }
    }
  }

  /** Rows of tiles. */
  int count() {
    return count;
  }

  /** All elements; see {@link #offset}. */
  float[] elements() {
    return elements;
  }

  /** Index of the first element of a tile, {@code column <= row}. */
  int offset(int row, int column) {
    return (row * (row + 1) / 2 + column) * LENGTH;
  }
}
