package io.isotherm.spectra;

class ReferenceEstimatorGoldenTest extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return new ReferenceEigenvalueSolver();
  }
}
