package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.spectra.SolverException;
import org.junit.jupiter.api.Test;

class SolverChoiceTest {

  @Test
  void lapackIsChosenWhereThereIsNoGpuAndTheReasonIsSaid() {
    assertThat(choice(false))
        .isEqualTo(
            new SolverChoice(
                SolverKind.LAPACK, "no GPU: there is no NVIDIA driver on this machine"));
  }

  @Test
  void nd4jIsChosenInABuildWithItsCudaBackendOnly() {
    assertThat(choice(true))
        .isEqualTo(
            new SolverChoice(
                SolverKind.ND4J,
                "the build has ND4J's CUDA, and no newer one: there is no NVIDIA driver on this"
                    + " machine"));
  }

  private static SolverChoice choice(boolean isCudaBuild) {
    return SolverChoice.of(
        () -> {
          throw new SolverException("there is no NVIDIA driver on this machine");
        },
        isCudaBuild);
  }
}
