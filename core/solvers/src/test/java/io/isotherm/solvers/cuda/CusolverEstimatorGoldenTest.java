package io.isotherm.solvers.cuda;

import io.isotherm.solvercontract.EstimatorGoldenContract;
import io.isotherm.spectra.EigenvalueSolver;

class CusolverEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return Solvers.create();
  }
}
