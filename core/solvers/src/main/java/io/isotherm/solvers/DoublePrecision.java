package io.isotherm.solvers;

import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.DoubleBuffer;
import org.bytedeco.javacpp.DoublePointer;

/**
 * LAPACK in double precision: the smaller Gram matrix ({@code dsyrk}), its tridiagonalisation
 * ({@code dsytrd}) and the values only of that ({@code dsterf}). One instance serves the matrices
 * of one call.
 */
final class DoublePrecision {

  /** LAPACK's own largest block size; with less, dsytrd falls back to unblocked code. */
  static final int BLOCK = 64;

  private final WeightMatrices matrices;
  private final Blas blas;
  private final GramPanels panels;
  private final int order;
  private final DoublePointer weights;
  private final DoubleBuffer weightsBuffer;
  private final DoublePointer gram;
  private final DoublePointer diagonal;
  private final DoublePointer offDiagonal;
  private final DoublePointer reflectors;
  private final DoublePointer work;

  /**
   * Takes {@code 8 (m n + r² + 67 r)} bytes of the workspace, r = min(m, n), with m n as large as a
   * panel at most.
   */
  DoublePrecision(WeightMatrices matrices, Blas blas, NativeWorkspace workspace, long panelBytes) {
    this.matrices = matrices;
    this.blas = blas;
    this.order = matrices.order();
    NativeWorkspace.requireFitsBuffer(matrices, Double.BYTES);
    panels = GramPanels.of(matrices, panelBytes / Double.BYTES);
    long length = panels.length();
    long square = (long) order * order;
    workspace.reserve((length + square + (3L + BLOCK) * order) * Double.BYTES, 0);
    long at = 0;
    weights = workspace.doubles(at, length);
    gram = workspace.doubles(at += length, square);
    diagonal = workspace.doubles(at += square, order);
    offDiagonal = workspace.doubles(at += order, order);
    reflectors = workspace.doubles(at += order, order);
    work = workspace.doubles(at + order, (long) BLOCK * order);
    weightsBuffer = weights.asBuffer();
  }

  /** Bytes of the workspace for matrices of a shape, however many there are. */
  static long workspaceBytes(long rows, long columns) {
    long order = Math.min(rows, columns);
    long panel = Math.max(order, Math.min(rows * columns, GramPanels.BYTES / Double.BYTES));
    return (panel + order * order + (3 + BLOCK) * order) * Double.BYTES;
  }

  void solve(double[] target) {
    for (int k = 0; k < matrices.count(); k++) {
      solve(k, target);
    }
  }

  private void solve(int matrix, double[] target) {
    for (int p = 0; p < panels.count(); p++) {
      WeightMatrices panel = panels.panel(p);
      panel.copyTo(matrix, weightsBuffer);
      addGram(panel, p == 0 ? 0 : 1);
    }
    check(
        "dsytrd", blas.dsytrd(order, gram, diagonal, offDiagonal, reflectors, work, BLOCK * order));
    check("dsterf", blas.dsterf(order, diagonal, offDiagonal));
    diagonal.get(target, matrix * order, order);
  }

  /** Rows in memory are columns to BLAS, so what lies there is the transpose, n x m. */
  private void addGram(WeightMatrices panel, double before) {
    blas.dsyrk(
        Blas.Triangle.UPPER,
        !panels.isTall(),
        order,
        panels.depth(panel),
        weights,
        panel.columns(),
        before,
        gram);
  }

  private void check(String routine, int info) {
    if (info != 0) {
      throw new SolverException(
          "%s on a matrix of %d x %d returned info %d"
              .formatted(routine, matrices.rows(), matrices.columns(), info));
    }
  }
}
