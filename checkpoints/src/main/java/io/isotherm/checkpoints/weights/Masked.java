package io.isotherm.checkpoints.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Pruning: weights times a mask of zeros and ones.
 *
 * @param weights before pruning
 * @param mask of the same shape
 * @param rows of both
 */
record Masked(StoredRows weights, StoredRows mask, long rows) implements Formula {

  @Override
  public void form(ByteBuffer target) throws IOException {
    FloatBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    Rows stored = weights.open();
    Rows kept = mask.open();
    double[] row = new double[weights.columns()];
    double[] ones = new double[weights.columns()];
    for (long i = 0; i < rows; i++) {
      stored.read(i, row);
      kept.read(i, ones);
      for (int j = 0; j < row.length; j++) {
        weight.put((int) (i * row.length + j), (float) (row[j] * ones[j]));
      }
    }
  }

  @Override
  public long heapBytes() {
    return weights.heapBytes() + mask.heapBytes() + 2L * Double.BYTES * weights.columns();
  }
}
