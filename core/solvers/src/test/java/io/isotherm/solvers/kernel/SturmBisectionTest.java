package io.isotherm.solvers.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.solvers.kernel.Tridiagonals.Tridiagonal;
import io.isotherm.spectra.SolverException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SturmBisectionTest {

  /**
   * Half a rounding for the last bracket, the rest for the counts, whose rounding perturbs the
   * off-diagonal elements by up to 2.5 roundings of their own.
   */
  private static final double TOLERANCE = 2 * 0x1p-24;

  private final SturmBisection bisection = new SturmBisection();

  static IntStream edgesOfVectors() {
    return IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(127, 128, 129, 500));
  }

  @Test
  void emptyMatrixHasNoEigenvalues() {
    assertThat(eigenvalues(Tridiagonals.diagonal())).isEmpty();
  }

  @Test
  void zeroMatrixHasOnlyZeros() {
    assertThat(eigenvalues(Tridiagonals.diagonal(0, 0, 0))).containsExactly(0, 0, 0);
  }

  @ParameterizedTest
  @MethodSource("edgesOfVectors")
  void secondDifferenceMatrixHasItsKnownEigenvalues(int order) {
    // Given the tridiagonal matrix (-1, 2, -1)
    Tridiagonal matrix = Tridiagonals.constant(order, 2, -1);

    // When
    double[] eigenvalues = eigenvalues(matrix);

    // Then
    double[] expected =
        IntStream.rangeClosed(1, order)
            .mapToDouble(k -> 2 - 2 * Math.cos(k * Math.PI / (order + 1)))
            .toArray();
    assertClose(eigenvalues, expected);
  }

  @ParameterizedTest
  @MethodSource("edgesOfVectors")
  void diagonalMatrixHasItsElementsSorted(int order) {
    // Given
    float[] d = new float[order];
    Random random = new Random(order);
    for (int i = 0; i < order; i++) {
      d[i] = random.nextInt(-20, 20);
    }

    // When
    double[] eigenvalues = eigenvalues(Tridiagonals.diagonal(d));

    // Then
    double[] expected = Tridiagonals.doubles(d);
    Arrays.sort(expected);
    assertClose(eigenvalues, expected);
  }

  @Test
  void identityHasOnlyOnes() {
    float[] d = new float[33];
    Arrays.fill(d, 1);
    double[] expected = new double[33];
    Arrays.fill(expected, 1);

    assertClose(eigenvalues(Tridiagonals.diagonal(d)), expected);
  }

  @Test
  void wilkinsonsMatrixHasItsCloseButDistinctPairs() {
    // Given W21+, whose largest two eigenvalues agree to 14 digits (Wilkinson, The Algebraic
    // Eigenvalue Problem, chapter 5, section 45)
    float[] d = new float[21];
    float[] e = new float[20];
    for (int i = 0; i < d.length; i++) {
      d[i] = Math.abs(10 - i);
    }
    Arrays.fill(e, 1);

    // When
    double[] eigenvalues = eigenvalues(new Tridiagonal(d, e));

    // Then
    double tolerance = TOLERANCE * 10.75;
    assertThat(eigenvalues[20]).isCloseTo(10.746194182903393, within(tolerance));
    assertThat(eigenvalues[19]).isCloseTo(10.746194182903322, within(tolerance));
    assertThat(eigenvalues[0]).isCloseTo(-1.1254415221199838, within(tolerance));
    assertClose(eigenvalues, Tridiagonals.expected(new Tridiagonal(d, e)));
  }

  @ParameterizedTest
  @MethodSource("edgesOfVectors")
  void randomMatrixAgreesWithDoublePrecision(int order) {
    Tridiagonal matrix = Tridiagonals.random(order, order);

    assertClose(eigenvalues(matrix), Tridiagonals.expected(matrix));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 40, 300})
  void gradedMatrixIsExactToTheRoundingOfItsLargestEigenvalue(int order) {
    // Given elements that fall from 1 to 1e-30, with products that vanish
    float[] d = new float[order];
    float[] e = new float[order - 1];
    for (int i = 0; i < order; i++) {
      d[i] = (float) Math.pow(10, -30.0 * i / (order - 1));
      if (i > 0) {
        e[i - 1] = d[i];
      }
    }
    Tridiagonal matrix = new Tridiagonal(d, e);

    assertClose(eigenvalues(matrix), Tridiagonals.expected(matrix));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 17, 64, 200})
  void zeroDiagonalAndTinyCouplingsKeepEveryMinorInRange(int order) {
    // Given rows whose minors shrink as fast as they can
    float[] e = new float[order - 1];
    Arrays.fill(e, 1e-20f);
    e[order / 2 - 1] = 1;
    Tridiagonal matrix = new Tridiagonal(new float[order], e);

    assertClose(eigenvalues(matrix), Tridiagonals.expected(matrix));
  }

  @ParameterizedTest
  @ValueSource(floats = {0x1p-140f, 0x1p-100f, 0x1p100f, 0x1p126f})
  void scaleOfTheMatrixScalesTheEigenvalues(float scale) {
    // Given
    Tridiagonal matrix = Tridiagonals.constant(30, 1, 0.5f);
    double[] plain = eigenvalues(matrix);

    // When
    double[] scaled = eigenvalues(Tridiagonals.constant(30, scale, 0.5f * scale));

    // Then
    assertClose(Arrays.stream(scaled).map(x -> x / scale).toArray(), plain);
  }

  @Test
  void smallMatrixAfterALargeOneSeesNothingOfIt() {
    // Given
    Tridiagonal small = Tridiagonals.constant(3, 2, -1);
    double[] before = eigenvalues(small);

    // When
    eigenvalues(Tridiagonals.random(100, 1));

    // Then
    assertThat(eigenvalues(small)).containsExactly(before);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void elementThatIsNotFiniteIsRefused(float element) {
    assertThatThrownBy(() -> eigenvalues(Tridiagonals.diagonal(1, element)))
        .isInstanceOf(SolverException.class)
        .hasMessage(
            "elements of a tridiagonal matrix of order 2 must be finite, largest: " + element);
  }

  private double[] eigenvalues(Tridiagonal matrix) {
    double[] target = new double[matrix.order() + 2];
    Arrays.fill(target, -7);
    bisection.eigenvalues(matrix.d(), matrix.e(), matrix.order(), target, 1);
    assertThat(target[0]).isEqualTo(-7);
    assertThat(target[target.length - 1]).isEqualTo(-7);
    return Arrays.copyOfRange(target, 1, 1 + matrix.order());
  }

  private static void assertClose(double[] actual, double[] expected) {
    assertThat(actual).isSorted();
    double norm = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    assertThat(actual).containsExactly(expected, within(TOLERANCE * norm));
  }
}
