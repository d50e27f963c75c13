package io.isotherm.solvers;

import io.isotherm.solvers.kernel.VectorUnit;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverException;
import io.isotherm.spectra.matrix.WeightMatrices;

/**
 * One core: the Gram matrix by OpenBLAS, its eigenvalues by LAPACK in double precision and, where
 * the machine has a vector unit that the JVM may use, by kernels of our own in single precision.
 * Without one ({@link VectorUnit}) the solver computes in double precision only.
 *
 * <p>Creating one sets OpenBLAS to one thread for the whole process: several solvers side by side
 * use the cores better than one solver with several threads. ND4J sets its own number when it
 * loads, so where both are used, load ND4J first.
 */
public final class LapackEigenvalueSolver implements EigenvalueSolver {

  /** Enough for matrices whose shorter side has 27,000 elements. */
  public static final long DEFAULT_MAX_WORKSPACE_BYTES = 6L << 30;

  /** What is kept from layer to layer, on and off the heap each: enough for orders of 2,000. */
  private static final long KEPT_BYTES = 32 << 20;

  /**
   * Least order at which single precision pays: below, double precision takes as long, and the
   * rounding of few operations does not average out.
   */
  private static final int LEAST_SINGLE_PRECISION_ORDER = 64;

  private static final String VECTOR_REMEDY =
      "start Java without --add-modules jdk.incubator.vector to compute in double precision only";

  private final Blas blas;
  private final NativeWorkspace workspace;
  private final long panelBytes;
  private SinglePrecision singlePrecision;

  /** A solver with {@link #DEFAULT_MAX_WORKSPACE_BYTES}. */
  public LapackEigenvalueSolver() {
    this(DEFAULT_MAX_WORKSPACE_BYTES);
  }

  /**
   * A solver whose calls never need more than {@code maxWorkspaceBytes}. A matrix of m rows and n
   * columns with r = min(m, n) needs {@code 8 (m n + r² + 67 r)} bytes in double precision and
   * about {@code 4 (m n + 1.5 r² + 30 r)} in single precision, from an order of 900 on {@code 4 (m
   * n + 1.7 r² + 190 r)}. Of that, {@code 4 (m n + r²)} lie outside the heap. A matrix of more than
   * 64 MiB is read in panels, so no more than that counts for m n.
   *
   * @throws SolverException if OpenBLAS does not load on this machine
   */
  public LapackEigenvalueSolver(long maxWorkspaceBytes) {
    this(new NativeWorkspace(maxWorkspaceBytes), GramPanels.BYTES);
  }

  /** A solver in a workspace. */
  LapackEigenvalueSolver(NativeWorkspace workspace, long panelBytes) {
    this(OpenBlas.load(), workspace, panelBytes);
  }

  /** A solver in a workspace, with some library. */
  LapackEigenvalueSolver(Blas blas, NativeWorkspace workspace, long panelBytes) {
    this.blas = blas;
    this.workspace = workspace;
    this.panelBytes = panelBytes;
  }

  @Override
  public String name() {
    return "lapack";
  }

  @Override
  public boolean supports(Precision precision) {
    return precision == Precision.FP64 || VectorUnit.isAvailable();
  }

  @Override
  public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
    precision.requireSupportedBy(this);
    int count = matrices.eigenvalueCount();
    if (count == 0) {
      return;
    }
    if (precision == Precision.FP64 || matrices.order() < LEAST_SINGLE_PRECISION_ORDER) {
      new DoublePrecision(matrices.inMemoryOrder(), blas, workspace, panelBytes).solve(target);
    } else {
      solveInSinglePrecision(matrices.inMemoryOrder(), target);
    }
    for (int i = 0; i < count; i++) {
      target[i] = Math.scalb(Math.max(0, target[i]), 2 * matrices.exponent());
    }
  }

  private void solveInSinglePrecision(WeightMatrices matrices, double[] target) {
    try {
      singlePrecision().solve(matrices, target);
    } catch (OutOfMemoryError e) {
      // Some of its arrays may have been made for this order and others not.
      singlePrecision = null;
      throw e;
    }
  }

  private SinglePrecision singlePrecision() {
    if (singlePrecision == null) {
      singlePrecision = new SinglePrecision(blas, workspace, panelBytes);
    }
    return singlePrecision;
  }

  @Override
  public void warmUp() {
    CpuKernels kernels = CpuKernels.ofThisProcess();
    new WarmUp(this, kernels.remedy()).solveOnce();
    if (VectorUnit.isAvailable()) {
      WarmUp warmUp = new WarmUp(this, VECTOR_REMEDY);
      warmUp.compile();
      warmUp.compileForLargeMatrices(singlePrecision());
    }
  }

  @Override
  public void trim() {
    workspace.trim(KEPT_BYTES);
    if (singlePrecision != null && singlePrecision.heldBytes() > KEPT_BYTES) {
      singlePrecision = null;
    }
  }

  @Override
  public void close() {
    workspace.close();
    singlePrecision = null;
  }

  /** How often the solver has asked the operating system for memory: not again once warm. */
  long allocations() {
    return workspace.allocations();
  }
}
