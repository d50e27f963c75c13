package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.solvers.kernel.Tridiagonals.Tridiagonal;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HouseholderTridiagonalisationTest {

  /**
   * Roundings of the norm. The bound grows with the order (Golub and Van Loan, section 8.3.1), but
   * what is observed falls with it, since roundings average out: worst of thousands 11 at order 3
   * and 2.3 at order 512.
   */
  private static final double TOLERANCE = 12 * 0x1p-24;

  private final HouseholderTridiagonalisation tridiagonalisation =
      new HouseholderTridiagonalisation();

  static IntStream edgesOfStrips() {
    return IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(127, 128, 129, 200, 300));
  }

  @ParameterizedTest
  @MethodSource("edgesOfStrips")
  void gramMatrixKeepsItsEigenvalues(int order) {
    double[][] matrix = gram(order, 2 * order, order);

    assertClose(tridiagonal(matrix), Tridiagonals.eigenvalues(matrix));
  }

  @ParameterizedTest
  @MethodSource("edgesOfStrips")
  void indefiniteMatrixKeepsItsEigenvalues(int order) {
    // Given
    Random random = new Random(order);
    double[][] matrix = new double[order][order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j <= i; j++) {
        matrix[i][j] = (float) random.nextGaussian();
        matrix[j][i] = matrix[i][j];
      }
    }

    // When, then
    assertClose(tridiagonal(matrix), Tridiagonals.eigenvalues(matrix));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 16, 17, 33, 64})
  void diagonalMatrixStaysAsItIs(int order) {
    // Given
    double[][] matrix = diagonal(order, i -> i % 5);

    // When
    Tridiagonal actual = tridiagonal(matrix);

    // Then
    assertThat(Tridiagonals.doubles(actual.d()))
        .containsExactly(IntStream.range(0, order).mapToDouble(i -> i % 5).toArray());
    assertThat(actual.e()).containsExactly(new float[order - 1]);
  }

  @Test
  void zeroMatrixStaysZero() {
    Tridiagonal actual = tridiagonal(diagonal(20, i -> 0));

    assertThat(actual.d()).containsExactly(new float[20]);
    assertThat(actual.e()).containsExactly(new float[19]);
  }

  @Test
  void rankOneMatrixHasOneEigenvalue() {
    // Given all ones
    double[][] matrix = new double[37][37];
    Arrays.stream(matrix).forEach(row -> Arrays.fill(row, 1));

    // When
    Tridiagonal actual = tridiagonal(matrix);

    // Then
    double[] expected = new double[37];
    expected[36] = 37;
    assertClose(actual, expected);
  }

  @Test
  void arrowMatrixKeepsItsEigenvalues() {
    // Given a full first row and column, and nothing else off the diagonal
    double[][] matrix = diagonal(50, i -> i + 1);
    for (int i = 1; i < 50; i++) {
      matrix[i][0] = 1;
      matrix[0][i] = 1;
    }

    assertClose(tridiagonal(matrix), Tridiagonals.eigenvalues(matrix));
  }

  @Test
  void smallMatrixAfterALargeOneSeesNothingOfIt() {
    // Given
    double[][] small = gram(21, 30, 3);
    Tridiagonal before = tridiagonal(small);

    // When
    tridiagonal(gram(90, 100, 5));

    // Then
    Tridiagonal after = tridiagonal(small);
    assertThat(after.d()).containsExactly(before.d());
    assertThat(after.e()).containsExactly(before.e());
  }

  private Tridiagonal tridiagonal(double[][] matrix) {
    int order = matrix.length;
    tridiagonalisation.reserve(order);
    for (int j = 0; j < order; j++) {
      float[] column = new float[order - j];
      for (int i = j; i < order; i++) {
        column[i - j] = (float) matrix[i][j];
      }
      tridiagonalisation.setColumn(j, column, 0);
    }
    Tridiagonal result = new Tridiagonal(new float[order], new float[order - 1]);
    tridiagonalisation.reduce(result.d(), result.e());
    return result;
  }

  /** W Wᵀ for Gaussian W, rounded to floats. */
  private static double[][] gram(int order, int columns, long seed) {
    Random random = new Random(seed);
    double[][] w = new double[order][columns];
    for (double[] row : w) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    double[][] gram = new double[order][order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j < order; j++) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
          sum += w[i][k] * w[j][k];
        }
        gram[i][j] = (float) sum;
      }
    }
    return gram;
  }

  private static double[][] diagonal(int order, IntToDoubleFunction element) {
    double[][] matrix = new double[order][order];
    for (int i = 0; i < order; i++) {
      matrix[i][i] = element.applyAsDouble(i);
    }
    return matrix;
  }

  private static void assertClose(Tridiagonal actual, double[] expected) {
    double norm = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    assertThat(Tridiagonals.expected(actual)).containsExactly(expected, within(TOLERANCE * norm));
  }
}
