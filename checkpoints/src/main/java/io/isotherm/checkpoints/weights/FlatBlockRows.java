package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.util.Optional;

/** One number for each block of neighbours of a matrix. */
final class FlatBlockRows implements RowSource {

  /** How the numbers themselves are quantised. */
  static final class Nested {
    private final double[] table;
    private final Checkpoint.Tensor scales;
    private final int size;
    private final double offset;

    /**
     * Codes that a table explains.
     *
     * @param table what each code means, before it is scaled
     * @param scales one for each {@code size} codes
     * @param offset that is added at the end
     */
    Nested(double[] table, Checkpoint.Tensor scales, int size, double offset) {
      this.table = table;
      this.scales = scales;
      this.size = size;
      this.offset = offset;
    }

    private void decode(double[] codes) throws IOException, UnformableException {
      double[] factors = StoredRows.all(scales);
      for (int i = 0; i < codes.length; i++) {
        codes[i] = table[(int) codes[i]] * factors[i / size] + offset;
      }
    }
  }

  private final Checkpoint.Tensor tensor;
  private final FlatBlocks blocks;
  private final Optional<Nested> nested;

  FlatBlockRows(Checkpoint.Tensor tensor, FlatBlocks blocks, Optional<Nested> nested) {
    this.tensor = tensor;
    this.blocks = blocks;
    this.nested = nested;
  }

  @Override
  public Rows open() throws IOException, UnformableException {
    double[] values = StoredRows.all(tensor);
    if (nested.isPresent()) {
      nested.get().decode(values);
    }
    return (row, target) -> {
      long first = row * blocks.columns();
      for (int i = 0; i < blocks.columns(); i++) {
        target[i] = values[(int) ((first + i) / blocks.size())];
      }
    };
  }

  @Override
  public long heapBytes() {
    return blocks.count() * 3 * Double.BYTES;
  }
}
