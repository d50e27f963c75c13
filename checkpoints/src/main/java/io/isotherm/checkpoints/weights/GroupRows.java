package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.Optional;

/**
 * The rows of a small table, each for a group of a matrix's rows.
 *
 * @param table one row for each group
 * @param groups how many
 * @param columns of the table and of the matrix
 * @param rowsPerGroup of the matrix, where {@code index} does not say which group a row is in
 * @param index the group of each row, if that is stored
 * @param added to every number of the table
 */
record GroupRows(
    RowSource table,
    int groups,
    int columns,
    long rowsPerGroup,
    Optional<Checkpoint.Tensor> index,
    double added)
    implements RowSource {

  @Override
  public Rows open() throws IOException, UnformableException {
    Rows stored = table.open();
    double[][] values = new double[groups][columns];
    for (int group = 0; group < groups; group++) {
      stored.read(group, values[group]);
      for (int j = 0; j < columns; j++) {
        values[group][j] += added;
      }
    }
    double[] ofRow = index.isPresent() ? StoredRows.all(index.get()) : new double[0];
    for (double group : ofRow) {
      if (!(group >= 0 && group < groups)) {
        throw new UnformableException(
            "%s names group %.0f of %d"
                .formatted(TensorNames.shown(index.orElseThrow().entry()), group, groups));
      }
    }
    return (row, target) -> {
      int group = ofRow.length > 0 ? (int) ofRow[(int) row] : (int) (row / rowsPerGroup);
      System.arraycopy(values[group], 0, target, 0, columns);
    };
  }

  @Override
  public long heapBytes() {
    return table.heapBytes()
        + (long) groups * columns * Double.BYTES
        + index.map(some -> 3 * some.entry().byteLength()).orElse(0L);
  }
}
