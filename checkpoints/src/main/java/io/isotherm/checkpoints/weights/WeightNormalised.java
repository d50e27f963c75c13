package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Weight normalisation (Salimans and Kingma, 2016): {@code g * v / ||v||}, with one length and one
 * norm for each index of an axis, or one for all.
 *
 * @param direction v
 * @param length g
 * @param axis the axis
 */
record WeightNormalised(StoredRows direction, Checkpoint.Tensor length, AxisSizes axis)
    implements Formula {

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    FloatBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    double[] lengths = StoredRows.all(length);
    double[] squares = new double[axis.size()];
    double[] row = new double[direction.columns()];
    long rows = direction.tensor().entry().shape().get(0);
    Rows stored = direction.open();
    for (long i = 0; i < rows; i++) {
      stored.read(i, row);
      for (int j = 0; j < row.length; j++) {
        squares[axis.place(i * row.length + j)] += row[j] * row[j];
      }
    }
    double[] factors = new double[axis.size()];
    Arrays.setAll(factors, i -> lengths[i] / Math.sqrt(squares[i]));
    stored = direction.open();
    for (long i = 0; i < rows; i++) {
      stored.read(i, row);
      for (int j = 0; j < row.length; j++) {
        long at = i * row.length + j;
        weight.put((int) at, (float) (row[j] * factors[axis.place(at)]));
      }
    }
  }

  @Override
  public long heapBytes() {
    return direction.heapBytes() + Double.BYTES * (direction.columns() + 3L * axis.size());
  }
}
