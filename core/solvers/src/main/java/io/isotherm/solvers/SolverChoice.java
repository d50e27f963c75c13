package io.isotherm.solvers;

import io.isotherm.solvers.cuda.CudaLibraries;
import io.isotherm.spectra.SolverException;
import java.util.function.Supplier;

/**
 * Which solver computes, and why.
 *
 * @param kind of the solver
 * @param reason for the reader, in one line
 */
public record SolverChoice(SolverKind kind, String reason) {

  /**
   * The fast one on this machine: cuSOLVER if there is a GPU with its driver and libraries, else
   * ND4J in a build with its CUDA backend, else LAPACK. Loads CUDA's libraries where they are.
   */
  public static SolverChoice ofThisMachine() {
    return of(CudaLibraries::load, Nd4jBackends.isCudaBuild());
  }

  /** What a user named; of a GPU it is said which one that is, or why there is none. */
  public static SolverChoice named(SolverKind kind) {
    if (kind != SolverKind.CUSOLVER) {
      return new SolverChoice(kind, "named");
    }
    try {
      return new SolverChoice(kind, "named: " + CudaLibraries.load().description());
    } catch (SolverException e) {
      return new SolverChoice(kind, "named, and cannot be used: " + e.getMessage());
    }
  }

  static SolverChoice of(Supplier<CudaLibraries> cuda, boolean isCudaBuild) {
    try {
      return new SolverChoice(SolverKind.CUSOLVER, cuda.get().description());
    } catch (SolverException e) {
      return isCudaBuild
          ? new SolverChoice(
              SolverKind.ND4J, "the build has ND4J's CUDA, and no newer one: " + e.getMessage())
          : new SolverChoice(SolverKind.LAPACK, "no GPU: " + e.getMessage());
    }
  }
}
