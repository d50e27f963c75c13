package io.isotherm.solvercontract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.golden.Weights;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.EigenvalueSolver;
import io.isotherm.spectra.Precision;
import io.isotherm.spectra.matrix.UnreadableTensorException;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link EigenvalueSolver} must do; each one's test extends this class. */
public abstract class EigenvalueSolverContract {

  /**
   * Roundings of an eigenvalue, relative to the largest of its matrix, that do not grow with the
   * matrix: making a test matrix with given singular values takes about a dozen for each element.
   * Forming the Gram matrix adds one per element of the larger side (Golub and Van Loan, Matrix
   * Computations, 4th ed., section 2.7).
   */
  private static final int FIXED_ROUNDINGS = 16;

  /**
   * Unit roundoffs of single precision, relative to the largest, by which eigenvalues may be too
   * small or too large on average. The certificate of alpha allows eight for each of them.
   */
  private static final double SHIFT = 4;

  /** Standard deviation of the weights of a layer with two thousand inputs. */
  private static final double WEIGHT_SPREAD = 0.022;

  private EigenvalueSolver solver;
  private double rounding;

  /** A new solver under test. */
  protected abstract EigenvalueSolver create();

  /** The format that it is tested in. */
  protected Precision precision() {
    return Precision.FP64;
  }

  @BeforeEach
  void open() {
    solver = create();
    // Twice over: the distance between neighbours at 1.
    rounding = 2 * precision().unitRoundoff();
  }

  @AfterEach
  void close() {
    solver.close();
  }

  /** The solver of the test that runs. */
  protected final EigenvalueSolver solver() {
    return solver;
  }

  /** The slices of a tensor that is known to be a layer's. */
  protected static WeightMatrices matrices(SafeTensor tensor) {
    try {
      return WeightTensor.of(tensor).slices();
    } catch (UnreadableTensorException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @Test
  void saysWhoItIs() {
    assertThat(solver.name()).isNotBlank();
    assertThat(solver.supports(precision())).isTrue();
    assertThat(solver.supports(Precision.FP64)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"0,5", "5,0", "0,0"})
  void emptyMatrixHasNoEigenvalues(int rows, int columns) {
    assertThat(solve(Weights.dense(rows, columns))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3})
  void convolutionWithoutInputsOrWithoutSlicesHasNoEigenvalues(long size) {
    assertThat(solve(Weights.tensor(List.of(4L, 0L, size, size)))).isEmpty();
    assertThat(solve(Weights.tensor(List.of(4L, 4L, size, 0L)))).isEmpty();
  }

  @Test
  void oneByOneMatrixHasItsSquare() {
    assertThat(solve(Weights.dense(1, 1, -3))).containsExactly(9);
  }

  @Test
  void vectorHasItsSquaredLength() {
    assertThat(solve(Weights.dense(1, 2, 3, 4))).containsExactly(25);
    assertThat(solve(Weights.dense(2, 1, 3, 4))).containsExactly(25);
  }

  @Test
  void twoByTwoMatrixHasTheRootsOfItsCharacteristicPolynomial() {
    // Given W with W Wᵀ = [[9, 12], [12, 41]], whose eigenvalues are 5 and 45
    double[] eigenvalues = solve(Weights.dense(2, 2, 3, 0, 4, 5));

    assertClose(eigenvalues, new double[] {5, 45}, 2);
  }

  @ParameterizedTest
  @CsvSource({
    "3,3", "4,3", "3,4", "40,40", "90,40", "40,90", "129,65", "65,129", "200,1", "1,200", "130,128",
    "300,127"
  })
  void knownSingularValuesComeOutSquared(int rows, int columns) {
    // Given
    int order = Math.min(rows, columns);
    double[] singularValues = IntStream.rangeClosed(1, order).mapToDouble(i -> i).toArray();
    double[] weights = Weights.withSingularValues(rows, columns, singularValues, 7);

    // When
    double[] eigenvalues = solve(Weights.dense(rows, columns, weights));

    // Then
    assertClose(eigenvalues, squares(singularValues), Math.max(rows, columns));
  }

  @Test
  void illConditionedMatrixIsExactToTheRoundingOfItsLargestEigenvalue() {
    // Given singular values from 1e-6 to 1, eigenvalues from 1e-12 to 1
    double[] singularValues =
        IntStream.range(0, 50).mapToDouble(i -> Math.pow(10, -6 + 6 * i / 49.0)).toArray();
    double[] weights = Weights.withSingularValues(70, 50, singularValues, 11);

    // When
    double[] eigenvalues = solve(Weights.dense(70, 50, weights));

    // Then
    assertClose(eigenvalues, squares(singularValues), 70);
  }

  @Test
  void zeroMatrixHasOnlyZeros() {
    assertThat(solve(Weights.dense(7, 5, new double[35]))).containsExactly(new double[5]);
  }

  @Test
  void identityHasOnlyOnes() {
    // Given
    double[] identity = new double[33 * 33];
    IntStream.range(0, 33).forEach(i -> identity[i * 34] = 1);

    // When
    double[] eigenvalues = solve(Weights.dense(33, 33, identity));

    // Then
    double[] ones = new double[33];
    Arrays.fill(ones, 1);
    assertClose(eigenvalues, ones, 33);
  }

  @Test
  void rankDeficientMatrixHasRoundingNoiseThatIsNeverNegative() {
    // Given 40 singular values, 24 of them 0
    double[] singularValues = new double[40];
    Arrays.fill(singularValues, 24, 40, 3);
    double[] weights = Weights.withSingularValues(60, 40, singularValues, 13);

    // When
    double[] eigenvalues = solve(Weights.dense(60, 40, weights));

    // Then
    assertClose(eigenvalues, squares(singularValues), 60);
    assertThat(Arrays.stream(eigenvalues).allMatch(value -> value >= 0)).isTrue();
  }

  @Test
  void repeatedEigenvaluesAreAllThere() {
    // Given
    double[] singularValues = {1, 1, 1, 2, 2, 5, 5, 5, 5};

    // When
    double[] eigenvalues =
        solve(Weights.dense(12, 9, Weights.withSingularValues(12, 9, singularValues, 17)));

    // Then
    assertClose(eigenvalues, squares(singularValues), 12);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e30, 1e-30, 1e140, 1e-140})
  void scaleOfTheWeightsScalesTheEigenvalues(double scale) {
    // Given
    double[] weights = Weights.gaussian(20 * 30, 19);
    double[] plain = solve(Weights.dense(20, 30, weights));

    // When
    double[] scaled =
        solve(Weights.dense(20, 30, Arrays.stream(weights).map(w -> w * scale).toArray()));

    // Then
    assertClose(times(times(scaled, 1 / scale), 1 / scale), plain, 30);
  }

  @Test
  void singlePrecisionWeightsNearTheEndsOfTheirRangeAreExact() {
    // Given a power of two, which changes no bit of the fractions
    double[] weights = Weights.gaussian(16 * 16, 23);
    double[] plain = solve(Weights.floats(List.of(16L, 16L), weights));

    // When
    double[] huge = solve(Weights.floats(List.of(16L, 16L), times(weights, 0x1p100)));
    double[] tiny = solve(Weights.floats(List.of(16L, 16L), times(weights, 0x1p-100)));

    // Then
    assertClose(times(huge, 0x1p-200), plain, 16);
    assertClose(times(tiny, 0x1p200), plain, 16);
  }

  @Test
  void batchGivesWhatItsMatricesGiveOneByOne() {
    // Given a convolution [6, 4, 3, 3]
    double[] weights = Weights.gaussian(6 * 4 * 9, 29);

    // When
    double[] batch = solve(Weights.tensor(List.of(6L, 4L, 3L, 3L), weights));

    // Then
    assertThat(batch).hasSize(9 * 4);
    for (int slice = 0; slice < 9; slice++) {
      double[] matrix = new double[24];
      for (int i = 0; i < matrix.length; i++) {
        matrix[i] = weights[i * 9 + slice];
      }
      assertClose(
          Arrays.copyOfRange(batch, slice * 4, slice * 4 + 4),
          solve(Weights.dense(6, 4, matrix)),
          6);
    }
  }

  @Test
  void batchOfLargerMatricesGivesWhatItsMatricesGiveOneByOne() {
    // Given a convolution [70, 90, 2, 2] whose last slice is tiny beside the others
    double[] weights = Weights.gaussian(70 * 90 * 4, 53);
    for (int i = 3; i < weights.length; i += 4) {
      weights[i] *= 1e-7;
    }

    // When
    double[] batch = solve(Weights.tensor(List.of(70L, 90L, 2L, 2L), weights));

    // Then
    for (int slice = 0; slice < 4; slice++) {
      double[] matrix = new double[70 * 90];
      for (int i = 0; i < matrix.length; i++) {
        matrix[i] = weights[i * 4 + slice];
      }
      assertClose(
          Arrays.copyOfRange(batch, slice * 70, slice * 70 + 70),
          solve(Weights.dense(70, 90, matrix)),
          90);
    }
  }

  @Test
  void windowsOfALayerAreSolvedAsMatricesOfTheirOwn() {
    // Given two windows of 70 x 80 in a layer of 100 x 120
    double[] weights = Weights.gaussian(100 * 120, 59);
    WeightMatrices windows =
        matrices(Weights.dense(100, 120, weights))
            .windows(new int[] {0, 30}, new int[] {25}, 70, 80);

    // When
    double[] eigenvalues = solver.eigenvalues(windows, precision());

    // Then
    for (int k = 0; k < 2; k++) {
      double[] window = new double[70 * 80];
      for (int i = 0; i < 70; i++) {
        System.arraycopy(weights, (30 * k + i) * 120 + 25, window, i * 80, 80);
      }
      assertClose(
          Arrays.copyOfRange(eigenvalues, 70 * k, 70 * k + 70),
          solve(Weights.dense(70, 80, window)),
          80);
    }
  }

  @Test
  void eigenvaluesAscendWithinEachMatrix() {
    // When
    double[] batch =
        solve(Weights.tensor(List.of(8L, 12L, 2L, 2L), Weights.gaussian(8 * 12 * 4, 31)));

    // Then
    for (int slice = 0; slice < 4; slice++) {
      assertThat(Arrays.copyOfRange(batch, slice * 8, slice * 8 + 8)).isSorted();
    }
  }

  @Test
  void eigenvaluesOfARandomMatrixSumToItsSquaredNorm() {
    // Given
    double[] weights = Weights.gaussian(150 * 100, 37);

    // When
    double[] eigenvalues = solve(Weights.dense(150, 100, weights));

    // Then
    assertThat(Arrays.stream(eigenvalues).sum())
        .isCloseTo(
            Arrays.stream(weights).map(w -> w * w).sum(),
            Percentage.withPercentage(100 * 150 * rounding));
  }

  @ParameterizedTest
  @MethodSource("layersOfFewBitsWithLongSums")
  void longSumsOfWeightsWithFewBitsAreNotRoundedToOneSide(DType dtype, List<Long> shape) {
    // Given
    double[] values = Weights.gaussian(64 * 4096, 61);
    SafeTensor tensor = Weights.of(dtype, shape, times(values, WEIGHT_SPREAD));
    double expected = Arrays.stream(weights(tensor)).map(w -> w * w).sum();

    // When
    double[] eigenvalues = solve(tensor);

    // Then
    double shift = (Arrays.stream(eigenvalues).sum() - expected) / eigenvalues.length;
    double largest = Arrays.stream(eigenvalues).max().orElseThrow();
    assertThat(shift / largest / Precision.FP32.unitRoundoff()).isBetween(-SHIFT, SHIFT);
  }

  static Stream<Arguments> layersOfFewBitsWithLongSums() {
    return Stream.of(DType.BF16, DType.F16)
        .flatMap(
            dtype ->
                Stream.of(List.of(64L, 4096L), List.of(4096L, 64L), List.of(64L, 2048L, 1L, 2L))
                    .map(shape -> Arguments.of(dtype, shape)));
  }

  private static double[] weights(SafeTensor tensor) {
    WeightMatrices all = matrices(tensor);
    double[] weights = new double[all.count() * all.matrixLength()];
    for (int k = 0; k < all.count(); k++) {
      DoubleBuffer matrix = DoubleBuffer.allocate(all.matrixLength());
      all.copyTo(k, matrix);
      matrix.get(0, weights, k * all.matrixLength(), all.matrixLength());
    }
    return times(weights, Math.scalb(1.0, all.exponent()));
  }

  @Test
  void transposedLayoutHasTheSameEigenvalues() {
    // Given the same six numbers as [2, 3] and, in the other order, as [3, 2]
    SafeTensor plain = Weights.dense(2, 3, 1, 2, 3, 4, 5, 6);
    SafeTensor transposed =
        Weights.tensor(List.of(3L, 2L), Map.of(SafeTensor.LAYOUT, "in,out"), 1, 4, 2, 5, 3, 6);

    // When
    double[] expected = solve(plain);
    double[] actual = solve(transposed);

    // Then
    assertClose(actual, expected, 3);
  }

  @Test
  void solverServesLayersOfChangingShapes() {
    // Given
    WeightMatrices small = matrices(Weights.dense(5, 3, Weights.gaussian(15, 41)));
    WeightMatrices large = matrices(Weights.dense(80, 70, Weights.gaussian(5600, 43)));
    double[] first = solver.eigenvalues(small, precision());

    // When
    solver.eigenvalues(large, precision());

    // Then
    assertClose(solver.eigenvalues(small, precision()), first, 5);
  }

  @Test
  void warmSolverStillWorks() {
    // When
    solver.warmUp();

    // Then
    assertThat(solve(Weights.dense(1, 1, 2))).containsExactly(4);
  }

  private double[] solve(SafeTensor tensor) {
    return solver.eigenvalues(matrices(tensor), precision());
  }

  private void assertClose(double[] actual, double[] expected, int largerSide) {
    assertThat(actual).hasSameSizeAs(expected);
    double largest = Arrays.stream(expected).max().orElse(0);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i])
          .as("eigenvalue %d of %d", i, expected.length)
          .isCloseTo(expected[i], within((FIXED_ROUNDINGS + largerSide) * rounding * largest));
    }
  }

  private static double[] squares(double[] ascending) {
    return Arrays.stream(ascending).map(x -> x * x).toArray();
  }

  private static double[] times(double[] values, double factor) {
    return Arrays.stream(values).map(value -> value * factor).toArray();
  }
}
