package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
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
  public Rows open() {
    Rows blocks = rows().open();
    double[] values = new double[grid.across()];
    long[] current = {-1};
    return (row, target) -> {
      long block = row / grid.rows();
      if (block != current[0]) {
        blocks.read(block, values);
        current[0] = block;
      }
      for (int i = 0; i < values.length; i++) {
        int from = i * grid.columns();
        int to = Math.min(from + grid.columns(), grid.matrixColumns());
        Arrays.fill(target, from, to, values[i] * factor);
      }
    };
  }

  private StoredRows rows() {
    return new StoredRows(tensor, type, grid.across());
  }

  @Override
  public long heapBytes() {
    return rows().heapBytes() + (long) grid.across() * Double.BYTES;
  }
}
