package io.isotherm.checkpoints.weights;

import java.util.List;

/**
 * A tensor's sizes around one of its axes.
 *
 * @param size of the axis
 * @param inner product of the dimensions behind it
 */
record AxisSizes(int size, int inner) {

  /** Those of axis number {@code axis}. */
  static AxisSizes of(List<Long> shape, int axis) throws UnformableException {
    return new AxisSizes(
        Shapes.toInt(shape.get(axis)),
        Shapes.toInt(Shapes.count(shape.subList(axis + 1, shape.size()))));
  }

  /** The place along the axis of an element, counted row-major. */
  int place(long element) {
    return (int) (element / inner % size);
  }

  /** The place of an element among those of its place along the axis. */
  int column(long element) {
    return (int) (element / inner / size * inner + element % inner);
  }
}
