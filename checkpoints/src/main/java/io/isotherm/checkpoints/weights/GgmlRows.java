package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;

/**
 * Numbers in blocks of ggml.
 *
 * @param tensor that holds them
 * @param blocks of what type
 * @param columns of a row, whole blocks
 */
record GgmlRows(Checkpoint.Tensor tensor, GgmlBlocks blocks, int columns) implements RowSource {

  @Override
  public Rows open() {
    RowBytes bytes = new RowBytes(tensor, rowBytes());
    return (row, target) -> {
      int at = bytes.at(row);
      for (int block = 0; block < columns / blocks.elements(); block++) {
        blocks.read(bytes.data(), at + block * blocks.bytes(), target, block * blocks.elements());
      }
    };
  }

  private int rowBytes() {
    return columns / blocks.elements() * blocks.bytes();
  }

  @Override
  public long heapBytes() {
    return RowBytes.heapBytes(rowBytes());
  }
}
