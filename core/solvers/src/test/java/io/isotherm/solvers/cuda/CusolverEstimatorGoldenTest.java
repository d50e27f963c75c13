package io.isotherm.solvers.cuda;

import io.isotherm.solvercontract.EstimatorGoldenContract;
import io.isotherm.spectra.EigenvalueSolver;

/** With cuSOLVER's syevd: the kernels of our own would take half an hour on a CPU. */
class CusolverEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return Solvers.onSyevd();
  }
}
