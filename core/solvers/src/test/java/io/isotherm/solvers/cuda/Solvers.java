package io.isotherm.solvers.cuda;

import io.isotherm.cudastub.CudaStub;
import java.nio.file.Path;
import java.util.List;

/** Solvers on the stub, none of which goes through what is loaded once in a process. */
final class Solvers {

  private static CudaLibraries ordinary;
  private static CudaLibraries withoutSharedMemory;

  private Solvers() {}

  /** On a device for which the kernels of our own serve. */
  static synchronized CusolverEigenvalueSolver onKernels() {
    if (ordinary == null) {
      ordinary = cuda();
    }
    return on(ordinary);
  }

  /** On a device for which they do not: nothing fits its multiprocessors. */
  static synchronized CusolverEigenvalueSolver onSyevd() {
    if (withoutSharedMemory == null) {
      CudaStub.folder();
      CudaStub.shared(0);
      withoutSharedMemory = cuda();
      CudaStub.reset();
    }
    return on(withoutSharedMemory);
  }

  /** The stub's libraries, with the devices that it has now. */
  static CudaLibraries cuda() {
    return in(CudaStub.folder());
  }

  /** The libraries of a folder, whatever else this machine has. */
  static CudaLibraries in(Path folder) {
    return CudaLibraries.in(
        List.of(folder),
        library -> {
          throw new UnsatisfiedLinkError(library);
        });
  }

  static CusolverEigenvalueSolver on(CudaLibraries cuda) {
    return new CusolverEigenvalueSolver(cuda, 0, solver -> {});
  }
}
