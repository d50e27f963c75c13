package io.isotherm.solvers;

import io.isotherm.solvercontract.EstimatorGoldenContract;
import io.isotherm.spectra.EigenvalueSolver;

class LapackEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return new LapackEigenvalueSolver();
  }
}
