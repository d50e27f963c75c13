package io.isotherm.gpucheck.tests;

import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;

/** The contract in double precision. */
final class CusolverContract extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return SolverKind.CUSOLVER.create();
  }
}
