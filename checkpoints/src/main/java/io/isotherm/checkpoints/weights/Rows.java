package io.isotherm.checkpoints.weights;

import java.io.IOException;

/** The rows of a matrix as doubles, from the first to the last. */
interface Rows {

  /**
   * Reads a row to the start of {@code target}.
   *
   * @param row 0-based; not less than the one before
   */
  void read(long row, double[] target) throws IOException;
}
