package io.isotherm.solvers;

import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;

class Nd4jSinglePrecisionTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return new Nd4jEigenvalueSolver();
  }

  @Override
  protected Precision precision() {
    return Precision.FP32;
  }
}
