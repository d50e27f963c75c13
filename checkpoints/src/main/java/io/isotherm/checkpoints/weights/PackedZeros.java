package io.isotherm.checkpoints.weights;

import io.isotherm.checkpoints.weights.BlockRows.Grid;
import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.Arrays;

/**
 * Zero points of compressed-tensors, packed along the weight's rows: word {@code [i, j]} has those
 * of column of blocks {@code j} and of as many rows as fit into 32 bits.
 *
 * @param tensor that holds them
 * @param grid of the scales
 * @param bits of each
 */
record PackedZeros(Checkpoint.Tensor tensor, Grid grid, int bits) implements RowSource {

  /**
   * Checks the size.
   *
   * @throws UnformableException if it is not that of the scales
   */
  static RowSource of(Checkpoint.Tensor tensor, Grid grid, long rows, int bits)
      throws UnformableException {
    int perWord = Integer.SIZE / bits;
    long blocks = (rows + grid.rows() - 1) / grid.rows();
    long words = (blocks + perWord - 1) / perWord * grid.across();
    if (!tensor.entry().type().equals("I32")
        || tensor.entry().byteLength() != words * Integer.BYTES) {
      throw new UnformableException(
          "packed zero points of shape %s do not fit the scales".formatted(tensor.entry().shape()));
    }
    return new PackedZeros(tensor, grid, bits);
  }

  @Override
  public Rows open() throws IOException, UnformableException {
    double[] words = StoredRows.all(tensor);
    int perWord = Integer.SIZE / bits;
    int zero = 1 << (bits - 1);
    int across = grid.across();
    return (row, target) -> {
      long block = row / grid.rows();
      int begin = (int) (block / perWord) * across;
      int shift = (int) (block % perWord) * bits;
      for (int j = 0; j < across; j++) {
        int code = (int) words[begin + j] >>> shift & (1 << bits) - 1;
        int from = j * grid.columns();
        int to = Math.min(from + grid.columns(), grid.matrixColumns());
        Arrays.fill(target, from, to, code - zero);
      }
    };
  }

  @Override
  public long heapBytes() {
    return tensor.entry().byteLength() * (1 + Double.BYTES / Integer.BYTES);
  }
}
