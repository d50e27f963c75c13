package io.isotherm.gpucheck.work;

import io.isotherm.benchmarks.workload.LayerShape;
import java.util.List;

/**
 * Equal matrices that are solved in one call.
 *
 * @param count how many, at least 1
 * @param rows of each
 * @param columns of each
 */
public record Shape(int count, int rows, int columns) {

  /** Checks the sizes. */
  public Shape {
    if (count < 1 || rows < 1 || columns < 1) {
      throw new IllegalArgumentException(
          "count, rows and columns must be 1 or more, got: %d, %d, %d"
              .formatted(count, rows, columns));
    }
  }

  /** One square matrix. */
  public static Shape square(int order) {
    return new Shape(1, order, order);
  }

  /** Eigenvalues per matrix. */
  public int order() {
    return Math.min(rows, columns);
  }

  /** {@link LayerShape#floorFlops()} of all matrices. */
  public double flops() {
    return count * new LayerShape(List.of(rows, columns)).floorFlops();
  }

  /** The dense layer that has the matrices one above the other. */
  public LayerShape stacked() {
    return new LayerShape(List.of(count * rows, columns));
  }

  @Override
  public String toString() {
    return (count == 1 ? "" : count + "x") + rows + "x" + columns;
  }
}
