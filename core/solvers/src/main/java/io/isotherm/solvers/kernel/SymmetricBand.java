package io.isotherm.solvers.kernel;

import java.util.Arrays;

/**
 * A symmetric matrix with {@value #WIDTH} diagonals on either side of the main one, and room for
 * the bulges that chasing makes. Columns lie one after the other; both triangles are kept where
 * blocks on the diagonal need them, that is, up to a distance of 15. Zeros follow the last row and
 * column, so that blocks at the end are whole ones. An order of n takes 260 (n + 32) bytes.
 */
final class SymmetricBand {

  /** Diagonals below the main one: two vectors of 8. */
  static final int WIDTH = 16;

  /**
   * What has to be added to an index to stay in the same row of the next column. A column spans 48
   * floats; why it is a power of two see {@link SymmetricTiles}.
   */
  static final int STRIDE = 64;

  private float[] elements = new float[0];
  private int order;

  /** Bytes of memory for a matrix of some order. */
  static long bytes(int order) {
    return length(order) * (long) Float.BYTES;
  }

  private static int length(int order) {
    return index(order + 2 * WIDTH, order + 2 * WIDTH);
  }

  /** Makes this a zero matrix. */
  void clear(int newOrder) {
    order = newOrder;
    int length = length(order);
    if (length > elements.length) {
      elements = new float[length];
    }
    Arrays.fill(elements, 0, length, 0);
  }

  int order() {
    return order;
  }

  float[] elements() {
    return elements;
  }

  static int index(int row, int column) {
    return STRIDE * column + row + WIDTH;
  }

  /** Sets an element and its mirror image; {@code column <= row <= column + WIDTH}. */
  void set(int row, int column, float value) {
    elements[index(row, column)] = value;
    if (row < column + WIDTH) {
      elements[index(column, row)] = value;
    }
  }

  /** Copies the main diagonal and the one below it, times a power of two. */
  void copyTridiagonal(float[] d, float[] e, int exponent) {
    for (int i = 0; i < order; i++) {
      d[i] = Math.scalb(elements[index(i, i)], exponent);
      if (i > 0) {
        e[i - 1] = Math.scalb(elements[index(i, i - 1)], exponent);
      }
    }
  }
}
