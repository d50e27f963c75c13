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

  /** The rows from {@code first} on. */
  default RowSource from(long first) {
    RowSource all = this;
    return new RowSource() {
      @Override
      public Rows open() throws IOException, UnformableException {
        Rows rows = all.open();
        return (row, target) -> rows.read(first + row, target);
      }

      @Override
      public long heapBytes() {
        return all.heapBytes();
      }
    };
  }

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
