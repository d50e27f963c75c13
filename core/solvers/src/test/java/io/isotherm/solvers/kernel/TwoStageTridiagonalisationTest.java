package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TwoStageTridiagonalisationTest {

  /** Of the largest eigenvalue, where sums of equal terms round in the same direction. */
  private static final double ROUNDINGS = 32;

  private final TwoStageTridiagonalisation tridiagonalisation = new TwoStageTridiagonalisation();

  static IntStream orders() {
    return IntStream.concat(
        IntStream.rangeClosed(1, 80), IntStream.of(95, 96, 97, 143, 144, 145, 400));
  }

  @ParameterizedTest
  @MethodSource("orders")
  void tridiagonalMatrixHasTheEigenvaluesOfTheMatrix(int order) {
    SymmetricMatrix matrix = SymmetricMatrix.random(order);

    SymmetricMatrix tridiagonal = reduce(matrix);

    Similarity.assertSimilar(tridiagonal, matrix);
  }

  @ParameterizedTest
  @MethodSource("orders")
  void diagonalMatrixStaysAsItIs(int order) {
    // Given
    SymmetricMatrix matrix = SymmetricMatrix.band(order, 0);

    // When
    SymmetricMatrix tridiagonal = reduce(matrix);

    // Then
    assertThat(tridiagonal.elements()).containsExactly(matrix.elements());
  }

  @ParameterizedTest
  @MethodSource("orders")
  void minimumMatrixHasItsKnownEigenvalues(int order) {
    // Given min(i, j), the inverse of a second difference matrix: every element counts
    SymmetricMatrix matrix = SymmetricMatrix.of(order, (i, j) -> j + 1);

    // When
    double[] eigenvalues = reduce(matrix).eigenvalues();

    // Then
    double largest = eigenvalue(order, 1);
    for (int k = 1; k <= order; k++) {
      assertThat(eigenvalues[order - k])
          .isCloseTo(eigenvalue(order, k), within(ROUNDINGS * 0x1p-24 * largest));
    }
  }

  /** Of the second difference matrix with one free end, {@code 4 sin²(...)}, inverted. */
  private static double eigenvalue(int order, int k) {
    double root = 2 * Math.sin((2 * k - 1) * Math.PI / (4 * order + 2));
    return 1 / (root * root);
  }

  @Test
  void emptyMatrixLeavesTheTargetsAlone() {
    float[] target = {7};

    tridiagonalisation.reduce(FloatBuffer.allocate(0), 0, target, target);

    assertThat(target).containsExactly(7);
  }

  @ParameterizedTest
  @ValueSource(ints = {-100, -40, 0, 40, 110})
  void scaleOfTheMatrixScalesTheResult(int exponent) {
    // Given
    float scale = Math.scalb(1f, exponent);
    SymmetricMatrix plain = SymmetricMatrix.of(90, (i, j) -> (i * 7 + j * 5) % 16 / 16.0);
    SymmetricMatrix scaled = SymmetricMatrix.of(90, (i, j) -> plain.at(i, j) * scale);

    // When
    double[] eigenvalues = reduce(scaled).eigenvalues();

    // Then
    double[] expected = plain.eigenvalues();
    for (int i = 0; i < expected.length; i++) {
      assertThat(eigenvalues[i] / scale)
          .isCloseTo(expected[i], within(ROUNDINGS * 0x1p-24 * expected[89]));
    }
  }

  @Test
  void elementThatIsNotANumberIsNotLost() {
    // Given
    SymmetricMatrix matrix = SymmetricMatrix.of(60, (i, j) -> i == 50 && j == 3 ? Double.NaN : 1);

    // When
    SymmetricMatrix tridiagonal = reduce(matrix);

    // Then
    assertThat(tridiagonal.trace()).isNaN();
  }

  @Test
  void smallMatrixAfterALargeOneSeesNothingOfIt() {
    // Given
    SymmetricMatrix small = SymmetricMatrix.random(50);
    float[] before = reduce(small).elements();

    // When
    reduce(SymmetricMatrix.random(300));

    // Then
    assertThat(reduce(small).elements()).containsExactly(before);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 48, 49, 1000, 4096, 46_000})
  void memoryIsAboutWhatIsDocumented(int order) {
    double expected = 2.7 * order * (double) order + 700.0 * order;

    assertThat((double) TwoStageTridiagonalisation.bytes(order))
        .isBetween(0.95 * expected, 1.05 * expected + 70_000);
  }

  @Test
  void warmUpDoesNotChangeResults() {
    // Given
    SymmetricMatrix matrix = SymmetricMatrix.random(50);
    float[] before = reduce(matrix).elements();

    // When
    tridiagonalisation.warmUp();

    // Then
    assertThat(reduce(matrix).elements()).containsExactly(before);
  }

  @Test
  void orderBeyondTheRangeOfIndicesIsRefused() {
    assertThatThrownBy(() -> tridiagonalisation.reduce(FloatBuffer.allocate(0), 46_001, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("order must be at most 46000, got: 46001");
  }

  private SymmetricMatrix reduce(SymmetricMatrix matrix) {
    int order = matrix.order();
    float[] d = new float[order];
    float[] e = new float[order];
    Arrays.fill(e, -7);
    tridiagonalisation.reduce(matrix.lower(), order, d, e);
    assertThat(e[order - 1]).as("beyond the off-diagonal").isEqualTo(-7);
    return SymmetricMatrix.of(order, (i, j) -> i == j ? d[i] : i == j + 1 ? e[j] : 0);
  }
}
