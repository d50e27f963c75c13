package io.isotherm.solvercontract;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.ReferenceEigenvalueSolver;

class ReferenceEigenvalueSolverTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return new ReferenceEigenvalueSolver();
  }
}
