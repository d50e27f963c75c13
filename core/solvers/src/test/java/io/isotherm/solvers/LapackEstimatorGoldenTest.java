package io.isotherm.solvers;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.EstimatorGoldenContract;

class LapackEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return new LapackEigenvalueSolver();
  }
}
