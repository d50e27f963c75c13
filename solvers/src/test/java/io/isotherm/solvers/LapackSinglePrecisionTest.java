package io.isotherm.solvers;

import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.EigenvalueSolverContract;
import io.isotherm.spectra.Precision;

class LapackSinglePrecisionTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return new LapackEigenvalueSolver();
  }

  @Override
  protected Precision precision() {
    return Precision.FP32;
  }
}
