package io.isotherm.checkpoints.weights;

import java.io.IOException;
import java.util.Arrays;

/** A matrix whose rows can be read, any number of times. */
interface RowSource {

  /**
   * Begins with the first row.
   *
   * @throws UnformableException if stored values do not make sense
   */
  Rows open() throws IOException, UnformableException;

  /** Bytes of the heap that an open one takes. */
  long heapBytes();

  /** The same number everywhere. */
  static RowSource constant(double value) {
    return new RowSource() {
      @Override
      public Rows open() {
        return (row, target) -> Arrays.fill(target, value);
      }

      @Override
      public long heapBytes() {
        return 0;
      }
    };
  }
}
