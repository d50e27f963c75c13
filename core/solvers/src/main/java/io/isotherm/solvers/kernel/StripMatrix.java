package io.isotherm.solvers.kernel;

import java.util.Arrays;

/**
 * The lower half of a symmetric matrix in horizontal strips of {@link #HEIGHT} rows: strip after
 * strip, each strip column after column, so that a pass over the matrix reads memory from one end
 * to the other in whole vectors. The square on the diagonal at the end of each strip is complete,
 * with its upper half, so that no kernel has to mask anything.
 */
final class StripMatrix {

  /** Rows of a strip: two vectors, which is one or two cache lines of a column. */
  static final int HEIGHT = 2 * Lanes.COUNT;

  private float[] elements = new float[0];
  private int order;

  /** Bytes of memory for a matrix of some order. */
  static long bytes(int order) {
    long strips = Padding.up(order, HEIGHT) / HEIGHT;
    return strips * (strips + 1) / 2 * HEIGHT * HEIGHT * Float.BYTES;
  }

  /** Makes room for a matrix; its elements are undefined until all columns are set. */
  void reserve(int newOrder) {
    order = newOrder;
    int length = start(strips());
    if (length > elements.length) {
      elements = new float[length];
    }
    // Beyond the last column, in the square of the last strip.
    Arrays.fill(elements, length - (strips() * HEIGHT - order) * HEIGHT, length, 0);
  }

  /** How many strips there are; the last one may be part padding. */
  int strips() {
    return Padding.up(order, HEIGHT) / HEIGHT;
  }

  /** Strip after strip; within a strip, {@link #HEIGHT} elements for each column. */
  float[] elements() {
    return elements;
  }

  /** Index of the first element of a strip. */
  static int start(int strip) {
    return HEIGHT * HEIGHT * (strip * (strip + 1) / 2);
  }

  /**
   * Sets a column from the diagonal down.
   *
   * @param values from index {@code from} on, column {@code column}'s elements of the rows from
   *     {@code column} to the last
   */
  void setColumn(int column, float[] values, int from) {
    int strip = column / HEIGHT;
    int square = start(strip) + strip * HEIGHT * HEIGHT;
    int within = column % HEIGHT;
    int end = Math.min(HEIGHT, order - strip * HEIGHT);
    for (int row = within; row < end; row++) {
      float value = values[from + row - within];
      elements[square + within * HEIGHT + row] = value;
      elements[square + row * HEIGHT + within] = value;
    }
    Arrays.fill(elements, square + within * HEIGHT + end, square + within * HEIGHT + HEIGHT, 0);
    for (int next = strip + 1; next < strips(); next++) {
      int at = start(next) + column * HEIGHT;
      int length = Math.min(HEIGHT, order - next * HEIGHT);
      System.arraycopy(values, from + next * HEIGHT - column, elements, at, length);
      Arrays.fill(elements, at + length, at + HEIGHT, 0);
    }
  }
}
