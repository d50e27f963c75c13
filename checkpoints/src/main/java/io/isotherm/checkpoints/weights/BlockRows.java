package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.Arrays;

/**
 * One number for each block of a matrix, such as a scale.
 *
 * @param tensor that holds them, row by row of blocks
 * @param type as which they are read
 * @param grid how the matrix is cut
 * @param factor that each is multiplied with
 */
record BlockRows(Checkpoint.Tensor tensor, NumberType type, Grid grid, double factor)
    implements RowSource {

  /**
   * A matrix cut into blocks, of which the last ones may be smaller.
   *
   * @param rows of a block
   * @param columns of a block
   * @param matrixColumns of the matrix
   */
  record Grid(long rows, int columns, int matrixColumns) {

    /** Blocks beside each other. */
    int across() {
      return (matrixColumns + columns - 1) / columns;
    }
  }

  @Override
  public Rows open() throws IOException, UnformableException {
    double[] values = StoredRows.all(tensor, type);
    int across = grid.across();
    return (row, target) -> {
      int begin = (int) (row / grid.rows()) * across;
      for (int block = 0; block < across; block++) {
        int from = block * grid.columns();
        int to = Math.min(from + grid.columns(), grid.matrixColumns());
        Arrays.fill(target, from, to, values[begin + block] * factor);
      }
    };
  }

  @Override
  public long heapBytes() {
    return tensor.entry().byteLength() / type.bytes() * (Double.BYTES + type.bytes());
  }
}
