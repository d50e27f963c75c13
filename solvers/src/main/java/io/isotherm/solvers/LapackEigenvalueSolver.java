package io.isotherm.solvers;

import static org.bytedeco.openblas.global.openblas.CblasColMajor;
import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.CblasUpper;
import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.global.openblas;

/**
 * LAPACK in double precision on one core: the smaller Gram matrix ({@code dsyrk}), its
 * tridiagonalisation ({@code dsytrd}) and the values only of that ({@code dsterf}).
 *
 * <p>Creating one sets OpenBLAS to one thread for the whole process: several solvers side by side
 * use the cores better than one solver with several threads. ND4J sets its own number when it
 * loads, so where both are used, load ND4J first.
 */
public final class LapackEigenvalueSolver implements EigenvalueSolver {

  /** Enough for a 131,072 x 4,096 matrix; far above any layer that a log carries. */
  public static final long DEFAULT_MAX_WORKSPACE_BYTES = 6L << 30;

  /** LAPACK's own largest block size; with less, dsytrd falls back to unblocked code. */
  private static final int BLOCK = 64;

  private static final byte UPPER = 'U';

  private final NativeWorkspace workspace;

  /** A solver with {@link #DEFAULT_MAX_WORKSPACE_BYTES}. */
  public LapackEigenvalueSolver() {
    this(DEFAULT_MAX_WORKSPACE_BYTES);
  }

  /**
   * A solver that never holds more native memory than {@code maxWorkspaceBytes}. A matrix of m rows
   * and n columns with r = min(m, n) needs {@code 8 (m n + r² + 67 r)} bytes.
   *
   * @throws SolverException if OpenBLAS does not load on this machine
   */
  public LapackEigenvalueSolver(long maxWorkspaceBytes) {
    try {
      openblas.blas_set_num_threads(1);
    } catch (LinkageError e) {
      throw new SolverException("OpenBLAS does not load on this machine: " + e.getMessage(), e);
    }
    workspace = new NativeWorkspace(maxWorkspaceBytes);
  }

  @Override
  public String name() {
    return "lapack";
  }

  @Override
  public boolean supports(Precision precision) {
    return precision == Precision.FP64;
  }

  @Override
  public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
    precision.requireSupportedBy(this);
    if (matrices.eigenvalueCount() == 0) {
      return;
    }
    Call call = new Call(matrices);
    for (int k = 0; k < matrices.count(); k++) {
      call.solve(k, target);
    }
  }

  @Override
  public void warmUp() {
    WarmUp.solveOnce(this);
  }

  @Override
  public void close() {
    workspace.close();
  }

  /** How often the solver has asked the operating system for memory: not again once warm. */
  long allocations() {
    return workspace.allocations();
  }

  /** The parts of the workspace for matrices of one shape. */
  private final class Call {
    private final WeightMatrices matrices;
    private final int order;
    private final DoublePointer weights;
    private final DoublePointer gram;
    private final DoublePointer diagonal;
    private final DoublePointer offDiagonal;
    private final DoublePointer reflectors;
    private final DoublePointer work;

    Call(WeightMatrices matrices) {
      this.matrices = matrices;
      this.order = matrices.order();
      long length = matrices.matrixLength();
      if (length > Integer.MAX_VALUE / Double.BYTES) {
        throw new SolverException(
            "a matrix must have at most %d elements, got: %d x %d"
                .formatted(Integer.MAX_VALUE / Double.BYTES, matrices.rows(), matrices.columns()));
      }
      long square = (long) order * order;
      workspace.reserve(length + square + (3L + BLOCK) * order);
      long at = 0;
      weights = workspace.slice(at, length);
      gram = workspace.slice(at += length, square);
      diagonal = workspace.slice(at += square, order);
      offDiagonal = workspace.slice(at += order, order);
      reflectors = workspace.slice(at += order, order);
      work = workspace.slice(at + order, (long) BLOCK * order);
    }

    void solve(int matrix, double[] target) {
      matrices.copyTo(matrix, weights.asBuffer());
      gram();
      check(
          "dsytrd",
          openblas.LAPACKE_dsytrd_work(
              LAPACK_COL_MAJOR,
              UPPER,
              order,
              gram,
              order,
              diagonal,
              offDiagonal,
              reflectors,
              work,
              BLOCK * order));
      check("dsterf", openblas.LAPACKE_dsterf_work(order, diagonal, offDiagonal));
      int from = matrix * order;
      diagonal.get(target, from, order);
      for (int i = from; i < from + order; i++) {
        target[i] = Math.scalb(Math.max(0, target[i]), 2 * matrices.exponent());
      }
    }

    /** Rows in memory are columns to BLAS, so what lies there is the transpose, n x m. */
    private void gram() {
      int rows = matrices.rows();
      int columns = matrices.columns();
      boolean tall = rows > columns;
      openblas.cblas_dsyrk(
          CblasColMajor,
          CblasUpper,
          tall ? CblasNoTrans : CblasTrans,
          order,
          Math.max(rows, columns),
          1,
          weights,
          columns,
          0,
          gram,
          order);
    }

    private void check(String routine, int info) {
      if (info != 0) {
        throw new SolverException(
            "%s on a matrix of %d x %d returned info %d"
                .formatted(routine, matrices.rows(), matrices.columns(), info));
      }
    }
  }
}
