package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A stored tensor {@code [a, b, c]} as {@code [b, a, c]}.
 *
 * @param tensor of three dimensions, none of them 0
 */
record AxesExchanged(Checkpoint.Tensor tensor) implements Formula {

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    int outer = Shapes.toInt(size(0));
    int inner = Shapes.toInt(size(1));
    int run = Shapes.toInt(tensor.entry().byteLength() / (size(0) * size(1)));
    RowBytes rows = new RowBytes(tensor, run);
    for (int i = 0; i < outer; i++) {
      for (int j = 0; j < inner; j++) {
        int from = rows.at((long) i * inner + j);
        target.put((j * outer + i) * run, rows.data(), from, run);
      }
    }
  }

  private long size(int axis) {
    return tensor.entry().shape().get(axis);
  }

  @Override
  public long heapBytes() {
    return RowBytes.heapBytes(tensor.entry().byteLength() / (size(0) * size(1)));
  }
}
