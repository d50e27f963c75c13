package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.cudastub.CudaStub;
import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import org.junit.jupiter.api.AfterEach;

class KernelsDoublePrecisionTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return Solvers.onKernels();
  }

  @AfterEach
  void noCallWasRefused() {
    assertThat(CudaStub.refusals()).isZero();
  }
}
