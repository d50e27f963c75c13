package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.List;

/** Finds out which block of a matrix each number of a scale belongs to, from its shape. */
final class BlockGrids {

  /** The side of a block of every published FP8 checkpoint that has blocks. */
  private static final int USUAL_SIDE = 128;

  private final long rows;
  private final int columns;

  /** For a matrix of this size. */
  BlockGrids(long rows, int columns) {
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * The grid of a scale with one number for all, for each row, or for each block.
   *
   * @throws UnformableException if its shape is no grid over the matrix
   */
  BlockRows.Grid of(Checkpoint.Tensor scale) throws UnformableException {
    List<Long> shape = ofMatrix(scale.entry().shape());
    if (Shapes.count(shape) == 1) {
      return new BlockRows.Grid(Math.max(1, rows), columns, columns);
    }
    boolean perRow =
        !shape.isEmpty()
            && shape.get(0) == rows
            && shape.stream().skip(1).allMatch(size -> size == 1);
    if (perRow) {
      return new BlockRows.Grid(1, columns, columns);
    }
    if (shape.size() != 2) {
      throw misfit(scale);
    }
    return new BlockRows.Grid(
        side(scale, rows, shape.get(0)), (int) side(scale, columns, shape.get(1)), columns);
  }

  /** The rows of matrices behind each other are those of one matrix. */
  private static List<Long> ofMatrix(List<Long> shape) throws UnformableException {
    int last = shape.size() - 1;
    return last > 1 ? List.of(Shapes.count(shape.subList(0, last)), shape.get(last)) : shape;
  }

  private long side(Checkpoint.Tensor scale, long size, long blocks) throws UnformableException {
    if (blocks == 1) {
      return Math.max(1, size);
    }
    if (blocks == (size + USUAL_SIDE - 1) / USUAL_SIDE) {
      return USUAL_SIDE;
    }
    if (blocks < 1 || size % blocks != 0 || size == 0) {
      throw misfit(scale);
    }
    return size / blocks;
  }

  private UnformableException misfit(Checkpoint.Tensor scale) {
    return new UnformableException(
        "%s of shape %s does not fit %d rows of %d"
            .formatted(TensorNames.shown(scale.entry()), scale.entry().shape(), rows, columns));
  }

  /** A grid in words. */
  String text(BlockRows.Grid grid) {
    if (grid.rows() >= rows && grid.columns() >= columns) {
      return "one scale";
    }
    if (grid.rows() == 1) {
      return grid.columns() >= columns
          ? "a scale per row"
          : "groups of %d".formatted(grid.columns());
    }
    return "blocks of %dx%d".formatted(grid.rows(), grid.columns());
  }
}
