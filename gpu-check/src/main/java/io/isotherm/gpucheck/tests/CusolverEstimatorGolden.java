package io.isotherm.gpucheck.tests;

import io.isotherm.solvercontract.EstimatorGoldenContract;
import io.isotherm.solvers.SolverKind;
import io.isotherm.spectra.EigenvalueSolver;

/** Every estimator against the published codes. */
final class CusolverEstimatorGolden extends EstimatorGoldenContract {

  @Override
  protected EigenvalueSolver create() {
    return SolverKind.CUSOLVER.create();
  }
}
