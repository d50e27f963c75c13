package io.isotherm.solvers;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.golden.Weights;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.SolverTeam;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LapackSolverTeamTest {

  @ParameterizedTest
  @EnumSource(Precision.class)
  void slicesHaveTheSameBitsWhoeverSolvesThem(Precision precision)
      throws UnreadableTensorException {
    // Given
    WeightMatrices slices =
        WeightTensor.of(
                Weights.floats(List.of(70L, 66L, 3L, 3L), Weights.gaussian(70 * 66 * 9, 11)))
            .slices();
    SolverTeam team = new SolverTeam();
    try (LapackEigenvalueSolver single = new LapackEigenvalueSolver();
        EigenvalueSolver idle = team.join(new LapackEigenvalueSolver());
        EigenvalueSolver asked = team.join(new LapackEigenvalueSolver())) {
      assertThat(idle.supports(precision)).isTrue();
      double[] alone = single.eigenvalues(slices, precision);

      // When, then
      for (int i = 0; i < 20; i++) {
        assertThat(asked.eigenvalues(slices, precision)).containsExactly(alone);
      }
    }
  }
}
