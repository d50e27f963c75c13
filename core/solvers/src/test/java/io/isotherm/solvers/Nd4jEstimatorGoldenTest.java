package io.isotherm.solvers;

import io.isotherm.solvercontract.EstimatorGoldenContract;
import io.isotherm.spectra.EigenvalueSolver;

class Nd4jEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return new Nd4jEigenvalueSolver();
  }
}
