package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * {@code W + scale * B A}: what an adapter makes of a weight.
 *
 * @param base W
 * @param isTransposed whether W is stored as {@code [in, out]}
 * @param pair B and A
 */
record LowRankSum(Formation base, boolean isTransposed, LowRankPair pair) implements Formula {

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    FloatBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    int columns = pair.columns();
    int outputs = pair.outputs();
    if (base instanceof Formation.Formed formed) {
      formed.formula().form(target);
    } else {
      copy(((Formation.Stored) base).tensor(), weight);
    }
    double[] up = StoredRows.all(pair.up());
    double[] down = StoredRows.all(pair.down());
    double[] row = new double[columns];
    for (int i = 0; i < outputs; i++) {
      LowRankProduct.row(up, i, down, pair.scale(), row);
      for (int j = 0; j < columns; j++) {
        int at = isTransposed ? j * outputs + i : i * columns + j;
        weight.put(at, (float) (weight.get(at) + row[j]));
      }
    }
  }

  private static void copy(Checkpoint.Tensor tensor, FloatBuffer weight)
      throws IOException, UnformableException {
    StoredRows source = StoredRows.of(tensor);
    Rows rows = source.open();
    double[] row = new double[source.columns()];
    for (int i = 0; i < tensor.entry().shape().get(0); i++) {
      rows.read(i, row);
      for (int j = 0; j < row.length; j++) {
        weight.put(i * row.length + j, (float) row[j]);
      }
    }
  }

  @Override
  public long heapBytes() {
    long ofBase =
        base instanceof Formation.Formed formed
            ? formed.formula().heapBytes()
            : RowBytes.heapBytes(0) + ((Formation.Stored) base).tensor().entry().byteLength();
    return pair.heapBytes() + ofBase;
  }
}
