package io.isotherm.spectra;

class ReferenceEigenvalueSolverTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return new ReferenceEigenvalueSolver();
  }
}
