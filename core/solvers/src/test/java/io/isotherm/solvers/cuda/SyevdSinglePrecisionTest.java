package io.isotherm.solvers.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.cudastub.CudaStub;
import io.isotherm.solvercontract.EigenvalueSolverContract;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import org.junit.jupiter.api.AfterEach;

class SyevdSinglePrecisionTest extends EigenvalueSolverContract {

  @Override
  protected EigenvalueSolver create() {
    EigenvalueSolver solver = Solvers.onSyevd();
    CudaStub.roundSums();
    return solver;
  }

  @Override
  protected Precision precision() {
    return Precision.FP32;
  }

  @AfterEach
  void noCallWasRefused() {
    assertThat(CudaStub.refusals()).isZero();
    CudaStub.reset();
  }
}
