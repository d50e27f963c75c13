package io.isotherm.solvers;

import io.isotherm.solvers.cuda.CusolverEigenvalueSolver;
import io.isotherm.solvers.kernel.VectorUnit;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The eigenvalue solvers that a user can choose by name. */
public enum SolverKind {
  /** OpenBLAS' LAPACK on one core: the fast one on a CPU. */
  LAPACK,
  /** cuSOLVER on an NVIDIA GPU, from the CUDA 12 or 13 that the machine has. */
  CUSOLVER,
  /**
   * ND4J's LAPACK: slower on a CPU; in a build with {@code -Dcuda} it runs on a GPU that CUDA 11
   * knows.
   */
  ND4J,
  /** Plain Java: slow, needs no native library. */
  REFERENCE;

  /** Measured on an H200, in which eight streams do twice the work of two. */
  private static final int WORKERS_PER_GPU = 8;

  /**
   * The kind that a configuration or a command line names, in any case.
   *
   * @throws IllegalArgumentException with one line that lists the names, if there is none
   */
  public static SolverKind parse(String name) {
    String wanted = name == null ? "" : name.strip();
    return Arrays.stream(values())
        .filter(kind -> kind.name().equalsIgnoreCase(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "solver must be one of %s, got: '%s'".formatted(names(), name)));
  }

  /**
   * A new solver for one thread. Its native library is loaded here or at the first call, which
   * takes up to several seconds with ND4J; {@link EigenvalueSolver#warmUp()} gets that done.
   *
   * @throws io.isotherm.spectra.SolverException if a library that it needs does not load here, or
   *     there is no device for it
   */
  public EigenvalueSolver create() {
    return switch (this) {
      case LAPACK -> new LapackEigenvalueSolver();
      case CUSOLVER -> createOn(0);
      case ND4J -> new Nd4jEigenvalueSolver();
      case REFERENCE -> new ReferenceEigenvalueSolver();
    };
  }

  /**
   * As {@link #create()}, on one of several GPUs.
   *
   * @param device by CUDA's number, from 0
   * @throws UnsupportedOperationException if this kind computes elsewhere
   */
  public EigenvalueSolver createOn(int device) {
    if (this != CUSOLVER) {
      throw new UnsupportedOperationException(this + " does not choose among GPUs");
    }
    return new CusolverEigenvalueSolver(device, WarmUp::solveOnce);
  }

  /**
   * How many solvers side by side make the most of this machine: one for each processor, and eight
   * for a GPU, which each of them leaves idle for most of the time.
   */
  public int usualWorkers() {
    return this == CUSOLVER ? WORKERS_PER_GPU : Runtime.getRuntime().availableProcessors();
  }

  /**
   * The most that a solver of this kind needs for matrices of a shape in either precision, their
   * eigenvalues aside. It does not depend on how many there are: they are solved one by one, or
   * some at a time. Memory of a GPU does not count: solvers that share one wait for each other.
   *
   * @param rows of each matrix
   * @param columns of each matrix; with rows less than 2^62 elements
   */
  public Workspace workspace(long rows, long columns) {
    long elements = Math.multiplyExact(rows, columns);
    long order = Math.min(rows, columns);
    return switch (this) {
      case LAPACK ->
          // Without a vector unit, the classes of single precision do not even load.
          VectorUnit.isAvailable()
              ? new Workspace(
                  Math.max(
                      SinglePrecision.workspaceBytes(rows, columns),
                      DoublePrecision.workspaceBytes(rows, columns)),
                  SinglePrecision.heapBytes(order))
              : new Workspace(DoublePrecision.workspaceBytes(rows, columns), 0);
      case CUSOLVER -> new Workspace(CusolverEigenvalueSolver.PINNED_BYTES, 0);
      case ND4J ->
          new Workspace((elements + order * order + order) * Double.BYTES, elements * Double.BYTES);
      case REFERENCE -> new Workspace(0, (elements + order * order) * Double.BYTES);
    };
  }

  /** As a user writes it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String names() {
    return Arrays.stream(values()).map(SolverKind::label).collect(Collectors.joining(", "));
  }
}
