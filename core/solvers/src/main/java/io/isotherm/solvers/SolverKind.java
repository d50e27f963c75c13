package io.isotherm.solvers;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The eigenvalue solvers that a user can choose by name. */
public enum SolverKind {
  /** OpenBLAS' LAPACK on one core: the fast one on a CPU. */
  LAPACK,
  /**
   * ND4J's LAPACK: slower on a CPU, and the one that runs on a GPU in a build with {@code -Dcuda}.
   */
  ND4J,
  /** Plain Java: slow, needs no native library. */
  REFERENCE;

  /**
   * The fast one in this build: ND4J if its CUDA backend is on the class path, whether or not there
   * is a GPU to run it, otherwise LAPACK.
   */
  public static SolverKind preferred() {
    return Nd4jBackends.isCudaBuild() ? ND4J : LAPACK;
  }

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
   * @throws io.isotherm.spectra.SolverException if a library that it needs does not load here
   */
  public EigenvalueSolver create() {
    return switch (this) {
      case LAPACK -> new LapackEigenvalueSolver();
      case ND4J -> new Nd4jEigenvalueSolver();
      case REFERENCE -> new ReferenceEigenvalueSolver();
    };
  }

  /**
   * The most that a solver of this kind needs for matrices of a shape in either precision, their
   * eigenvalues aside. It does not depend on how many there are: they are solved one by one.
   *
   * @param rows of each matrix
   * @param columns of each matrix; with rows less than 2^62 elements
   */
  public Workspace workspace(long rows, long columns) {
    long elements = Math.multiplyExact(rows, columns);
    long order = Math.min(rows, columns);
    return switch (this) {
      case LAPACK ->
          new Workspace(
              Math.max(
                  SinglePrecision.workspaceBytes(rows, columns),
                  DoublePrecision.workspaceBytes(rows, columns)),
              SinglePrecision.heapBytes(order));
      case ND4J ->
          new Workspace((elements + order * order + order) * Double.BYTES, elements * Double.BYTES);
      case REFERENCE -> new Workspace(0, (elements + order * order) * Double.BYTES);
    };
  }

  private static String names() {
    return Arrays.stream(values())
        .map(kind -> kind.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(", "));
  }
}
