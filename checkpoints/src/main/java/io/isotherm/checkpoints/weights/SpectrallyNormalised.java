package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Spectral normalisation (Miyato et al., 2018) as an evaluated network has it: {@code W / (u' M v)}
 * with the stored singular vectors, where M is W as a matrix whose rows are one of W's axes.
 *
 * @param weights W
 * @param left u, one number for each index of the axis
 * @param right v, one number for each of the other elements
 * @param axis the axis of the rows
 */
record SpectrallyNormalised(
    StoredRows weights, Checkpoint.Tensor left, Checkpoint.Tensor right, AxisSizes axis)
    implements Formula {

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    FloatBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    double[] u = StoredRows.all(left);
    double[] v = StoredRows.all(right);
    double[] row = new double[weights.columns()];
    long rows = weights.tensor().entry().shape().get(0);
    Rows stored = weights.open();
    double sigma = 0;
    for (long i = 0; i < rows; i++) {
      stored.read(i, row);
      for (int j = 0; j < row.length; j++) {
        long element = i * row.length + j;
        sigma += u[axis.place(element)] * row[j] * v[axis.column(element)];
      }
    }
    if (!(sigma > 0) || Double.isInfinite(sigma)) {
      throw new UnformableException(
          "spectral norm: the stored vectors give a norm of %s".formatted(sigma));
    }
    stored = weights.open();
    for (long i = 0; i < rows; i++) {
      stored.read(i, row);
      for (int j = 0; j < row.length; j++) {
        weight.put((int) (i * row.length + j), (float) (row[j] / sigma));
      }
    }
  }

  @Override
  public long heapBytes() {
    long vectors = left.entry().byteLength() + right.entry().byteLength();
    return weights.heapBytes() + Double.BYTES * (weights.columns() + vectors);
  }
}
