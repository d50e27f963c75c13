package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.cudastub.CudaStub;
import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import org.junit.jupiter.api.AfterEach;

class SyevdDoublePrecisionTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    return Solvers.onSyevd();
  }

  @AfterEach
  void noCallWasRefused() {
    assertThat(CudaStub.refusals()).isZero();
  }
}
