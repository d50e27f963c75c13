package io.isotherm.spectra.eigen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TridiagonalEigenvaluesTest {

  private static final double ROUNDING = 1e-13;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 10, 101})
  void secondDifferencesHaveTheEigenvaluesOfTheTextbook(int n) {
    double[] diagonal = new double[n];
    Arrays.fill(diagonal, 2);
    double[] offDiagonal = new double[n];
    Arrays.fill(offDiagonal, -1);

    TridiagonalEigenvalues.replace(diagonal, offDiagonal);

    for (int i = 0; i < n; i++) {
      assertThat(diagonal[i])
          .isEqualTo(2 - 2 * Math.cos((i + 1) * Math.PI / (n + 1)), within(ROUNDING));
    }
  }

  /** Diagonal elements from 1 to 1e-12, either way up: the small ones are not lost. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eigenvaluesOfAGradedMatrixHaveItsTraceAndDeterminant(boolean ascending) {
    double[] diagonal = new double[13];
    double[] offDiagonal = new double[13];
    for (int i = 0; i < 13; i++) {
      int power = ascending ? i - 12 : -i;
      diagonal[i] = Math.pow(10, power);
      offDiagonal[i] = 0.1 * Math.pow(10, ascending ? power + 0.5 : power - 0.5);
    }
    double logDeterminant = Math.log(diagonal[0]);
    double pivot = diagonal[0];
    for (int i = 1; i < 13; i++) {
      pivot = diagonal[i] - offDiagonal[i - 1] * offDiagonal[i - 1] / pivot;
      logDeterminant += Math.log(pivot);
    }
    double trace = Arrays.stream(diagonal).sum();

    TridiagonalEigenvalues.replace(diagonal, offDiagonal);

    assertThat(diagonal).isSorted();
    assertThat(Arrays.stream(diagonal).sum()).isEqualTo(trace, within(1e-14));
    assertThat(Arrays.stream(diagonal).map(Math::log).sum())
        .isEqualTo(logDeterminant, within(1e-10));
  }

  @Test
  void matricesThatFallApartAreSolvedPieceByPiece() {
    double[] diagonal = {3, 0, 0, -1, 1};
    double[] offDiagonal = {0, 2, 0, 0, 9};

    TridiagonalEigenvalues.replace(diagonal, offDiagonal);

    assertThat(diagonal).containsExactly(new double[] {-2, -1, 1, 2, 3}, within(ROUNDING));
  }

  @Test
  void momentsOfARandomMatrixAreThoseOfItsEigenvalues() {
    Random random = new Random(1);
    double[] diagonal = random.doubles(200, -1, 1).toArray();
    double[] offDiagonal = random.doubles(200, -1, 1).toArray();
    double trace = Arrays.stream(diagonal).sum();
    double squares = Arrays.stream(diagonal).map(x -> x * x).sum();
    for (int i = 0; i < 199; i++) {
      squares += 2 * offDiagonal[i] * offDiagonal[i];
    }

    TridiagonalEigenvalues.replace(diagonal, offDiagonal);

    assertThat(Arrays.stream(diagonal).sum()).isEqualTo(trace, within(1e-12));
    assertThat(Arrays.stream(diagonal).map(x -> x * x).sum()).isEqualTo(squares, within(1e-11));
  }
}
