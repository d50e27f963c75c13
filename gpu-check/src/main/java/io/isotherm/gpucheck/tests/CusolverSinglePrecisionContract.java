package io.isotherm.gpucheck.tests;

import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;

/** The contract in single precision. */
final class CusolverSinglePrecisionContract extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return SolverKind.CUSOLVER.create();
  }

  @Override
  protected Precision precision() {
    return Precision.FP32;
  }
}
