package io.isotherm.solvercontract;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.ReferenceEigenvalueSolver;

class ReferenceEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return new ReferenceEigenvalueSolver();
  }
}
