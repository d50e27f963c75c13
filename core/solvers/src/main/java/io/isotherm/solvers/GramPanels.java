package io.isotherm.solvers;

import io.isotherm.solvers.kernel.GramSlices;
import io.isotherm.spectra.matrix.WeightMatrices;

/**
 * Large matrices cut across their longer side, so that only one panel of each has to be copied at a
 * time: the smaller Gram matrix is the sum of those of the panels. A matrix that is small enough is
 * one panel.
 *
 * @param whole the matrices
 * @param width rows of a panel where the matrices are tall, otherwise columns; the last panel may
 *     have fewer
 */
record GramPanels(WeightMatrices whole, int width) {

  /** Bytes of a panel: far beyond the caches, and little beside the layers that are cut. */
  static final long BYTES = 64 << 20;

  /** Panels of at most {@code most} elements each, or of one row or column. */
  static GramPanels of(WeightMatrices whole, long most) {
    long width = Math.max(1, most / Math.max(1, whole.order()));
    return new GramPanels(whole, (int) Math.min(width, longerSide(whole)));
  }

  /** Panels of one {@linkplain GramSlices#depth slice} each. */
  static GramPanels slices(WeightMatrices whole) {
    int depth = GramSlices.depth(whole.rows(), whole.columns());
    return new GramPanels(whole, Math.min(depth, longerSide(whole)));
  }

  /** How many panels each matrix has. */
  int count() {
    return width == 0 ? 1 : (longerSide(whole) - 1) / width + 1;
  }

  /** Elements of the largest panel. */
  long length() {
    return (long) width * whole.order();
  }

  /** Panel number {@code index}, from 0, of each matrix. */
  WeightMatrices panel(int index) {
    if (count() == 1) {
      return whole;
    }
    int from = index * width;
    int size = Math.min(width, longerSide(whole) - from);
    int[] start = {from};
    int[] zero = {0};
    return isTall()
        ? whole.windows(start, zero, size, whole.columns())
        : whole.windows(zero, start, whole.rows(), size);
  }

  /** Whether the matrices have more rows than columns; a panel of them may be wide all the same. */
  boolean isTall() {
    return whole.rows() > whole.columns();
  }

  /** Rows or columns of a panel along the longer side of the matrices. */
  int depth(WeightMatrices panel) {
    return isTall() ? panel.rows() : panel.columns();
  }

  /** Where column number {@code from} of a panel begins, or row if the matrices are tall. */
  long offset(WeightMatrices panel, int from) {
    return isTall() ? (long) from * panel.columns() : from;
  }

  private static int longerSide(WeightMatrices matrices) {
    return Math.max(matrices.rows(), matrices.columns());
  }
}
