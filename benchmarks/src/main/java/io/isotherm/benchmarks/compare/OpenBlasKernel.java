package io.isotherm.benchmarks.compare;

import org.bytedeco.openblas.global.openblas;

/**
 * A process that loads OpenBLAS and ends; with OPENBLAS_VERBOSE=2 the library names its kernels.
 */
final class OpenBlasKernel {

  private OpenBlasKernel() {}

  public static void main(String[] arguments) {
    openblas.blas_set_num_threads(1);
  }
}
