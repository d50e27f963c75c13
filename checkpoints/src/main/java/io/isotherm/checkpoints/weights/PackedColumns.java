package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;

/**
 * Codes of a few bits each, one below the other in the columns of a tensor of 32-bit words, the
 * lowest bits first; a code may begin in one word and end in the next.
 *
 * @param tensor of words
 * @param bits of a code
 * @param columns of the tensor
 */
record PackedColumns(Checkpoint.Tensor tensor, int bits, int columns) implements RowSource {

  @Override
  public Rows open() {
    RowBytes words = new RowBytes(tensor, columns * Integer.BYTES);
    int mask = (1 << bits) - 1;
    int[] low = new int[columns];
    return (row, target) -> {
      long bit = row * bits;
      int shift = (int) (bit % Integer.SIZE);
      int at = words.at(bit / Integer.SIZE);
      for (int j = 0; j < columns; j++) {
        low[j] = words.data().getInt(at + j * Integer.BYTES) >>> shift;
      }
      if (shift + bits > Integer.SIZE) {
        at = words.at(bit / Integer.SIZE + 1);
        for (int j = 0; j < columns; j++) {
          low[j] |= words.data().getInt(at + j * Integer.BYTES) << (Integer.SIZE - shift);
        }
      }
      for (int j = 0; j < columns; j++) {
        target[j] = low[j] & mask;
      }
    };
  }

  @Override
  public long heapBytes() {
    return RowBytes.heapBytes((long) columns * Integer.BYTES) + (long) columns * Integer.BYTES;
  }
}
