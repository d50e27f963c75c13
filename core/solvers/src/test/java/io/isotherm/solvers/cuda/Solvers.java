package io.isotherm.solvers.cuda;

import io.isotherm.cudastub.CudaStub;
import java.util.List;

/** Solvers on the stub, none of which goes through what is loaded once in a process. */
final class Solvers {

  private static CudaLibraries cuda;

  private Solvers() {}

  /** The stub's libraries, with the devices that it had at the first call. */
  static synchronized CudaLibraries cuda() {
    if (cuda == null) {
      cuda = CudaLibraries.in(List.of(CudaStub.folder()));
    }
    return cuda;
  }

  static CusolverEigenvalueSolver create() {
    return create(cuda());
  }

  static CusolverEigenvalueSolver create(CudaLibraries libraries) {
    return new CusolverEigenvalueSolver(libraries, 0, solver -> {});
  }
}
