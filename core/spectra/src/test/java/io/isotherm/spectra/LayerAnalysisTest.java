package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerAnalysisTest {

  /** Relative; a dozen roundings of eigenvalues that are within a factor of 1e4 of each other. */
  private static final double EXACT = 1e-11;

  private final LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());

  @Test
  void numbersOfAKnownSpectrumAreThoseOfTheFormulas() {
    // Given eigenvalues 1, 4, 16, 64: the tail from the median is 16, 64
    SafeTensor weights =
        Weights.dense(6, 4, Weights.withSingularValues(6, 4, new double[] {1, 2, 4, 8}, 3));

    // When
    Outcome.Analysed result = analysed(weights);

    // Then
    double alpha = 1 + 2 / Math.log(4);
    assertClose(result.alpha(), alpha);
    assertClose(result.ksDistance(), Math.abs(1 - Math.pow(4, 1 - alpha) - 0.5));
    assertClose(result.xmin().orElseThrow(), 16);
    assertThat(result.xminIndex()).hasValue(2);
    assertThat(result.eigenvalueCount()).isEqualTo(4);
    assertClose(result.spectralNorm(), 64);
    assertClose(result.frobeniusNorm(), 85);
    assertClose(result.stableRank(), 85.0 / 64);
    assertClose(result.alphaHat(), alpha * Math.log10(64));
    double entropy =
        -DoubleStream.of(1, 4, 16, 64).map(x -> x / 85 * Math.log(x / 85)).sum() / Math.log(4);
    assertClose(result.entropy(), entropy);
    assertThat(result.solver()).isEqualTo("reference");
    assertThat(result.precision()).isEqualTo("fp64");
    assertThat(result.computeNanos()).isPositive();
  }

  @Test
  void histogramCountsEveryEigenvalueOnceWithItsRightEdgeIncluded() {
    // Given eigenvalues 1, 4, 16, 64: equal steps of log10
    SafeTensor weights =
        Weights.dense(4, 4, Weights.withSingularValues(4, 4, new double[] {1, 2, 4, 8}, 3));

    // When
    Outcome.Analysed result = analysed(weights);

    // Then
    assertThat(result.histogram().log10Min()).isCloseTo(0, within(EXACT));
    assertThat(result.histogram().log10Max()).isCloseTo(Math.log10(64), within(EXACT));
    List<Long> counts = result.histogram().counts();
    assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(4);
    assertThat(counts.get(0)).isOne();
    assertThat(counts.get(33)).isOne();
    assertThat(counts.get(66)).isOne();
    assertThat(counts.get(99)).isOne();
  }

  @Test
  void convolutionFactorScalesNormsAndLeavesAlphaAlone() {
    // Given
    SafeTensor weights = Weights.tensor(List.of(8L, 8L, 3L, 3L), Weights.gaussian(8 * 8 * 9, 5));

    // When
    Outcome.Analysed half =
        analysed(weights, new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, false, 0.5));
    Outcome.Analysed whole =
        analysed(weights, new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, false, 1));

    // Then
    assertClose(half.alpha(), whole.alpha());
    assertClose(half.frobeniusNorm(), whole.frobeniusNorm() / 2);
    assertClose(half.spectralNorm(), whole.spectralNorm() / 2);
  }

  @Test
  void convolutionFactorDoesNotTouchDenseLayers() {
    // Given
    SafeTensor weights = Weights.dense(8, 8, Weights.gaussian(64, 5));

    // When
    Outcome.Analysed half =
        analysed(weights, new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, false, 0.5));

    // Then
    assertThat(half.frobeniusNorm())
        .isEqualTo(
            analysed(weights, new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 2, false, 1))
                .frobeniusNorm());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 1e-10, 1e10, 1e30})
  void alphaDoesNotDependOnTheScaleOfTheWeights(double scale) {
    // Given
    double[] weights = Weights.gaussian(40 * 30, 7);
    double alpha = analysed(Weights.dense(40, 30, weights)).alpha();

    // When
    double[] scaled = Arrays.stream(weights).map(w -> w * scale).toArray();

    // Then
    assertClose(analysed(Weights.dense(40, 30, scaled)).alpha(), alpha);
  }

  @Test
  void weightsThatAreNotFiniteAreSkippedAndCounted() {
    // Given
    double[] weights = Weights.gaussian(12, 1);
    weights[3] = Double.NaN;
    weights[7] = Double.POSITIVE_INFINITY;
    weights[8] = Double.NEGATIVE_INFINITY;

    // Then
    assertSkipped(Weights.dense(3, 4, weights), "3 of 12 weights are NaN or infinite");
  }

  @Test
  void zeroWeightsAreSkipped() {
    assertSkipped(Weights.dense(8, 8, new double[64]), "all 64 weights are 0");
  }

  @ParameterizedTest
  @CsvSource({"0,5", "5,0"})
  void layerWithoutWeightsIsSkipped(long out, long in) {
    assertSkipped(
        Weights.tensor(List.of(out, in)),
        "the layer has no weights, shape: [%d, %d]".formatted(out, in));
  }

  @ParameterizedTest
  @CsvSource({"1,5,1", "2,3,2", "3,2,2"})
  void tailOfOneEigenvalueIsSkippedInsteadOfAnInfiniteAlpha(int rows, int columns, int count) {
    assertSkipped(
        Weights.dense(rows, columns, Weights.gaussian(rows * columns, 2)),
        "the tail holds 1 of %d eigenvalues, alpha needs at least 2: it would be infinite"
            .formatted(count));
  }

  @Test
  void positionCloseToOneLeavesOneEigenvalueInTheTail() {
    // When
    Outcome outcome =
        analysis.analyse(
            Weights.dense(9, 9, Weights.gaussian(81, 2)),
            new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, Math.nextUp(1.0), false, 0.5));

    // Then
    assertThat(outcome).isInstanceOf(Outcome.Skipped.class);
  }

  @Test
  void xminThatIsExactlyZeroIsSkipped() {
    // Given one weight that is not 0
    double[] weights = new double[36];
    weights[0] = 2;

    // Then
    assertSkippedLike(
        Weights.dense(6, 6, weights),
        "xmin 0\\.0 \\(eigenvalue 3 of 6\\) is not above the rounding level .*");
  }

  @Test
  void rankDeficientWeightsAreSkippedWithTheRoundingLevel() {
    // Given 10 of 30 singular values
    double[] singularValues = new double[30];
    IntStream.range(20, 30).forEach(i -> singularValues[i] = i);

    // Then
    assertSkippedLike(
        Weights.dense(40, 30, Weights.withSingularValues(40, 30, singularValues, 9)),
        "xmin .* is not above the rounding level .*: rank-deficient weights");
  }

  @Test
  void rankDeficientWeightsHaveAnAlphaIfTheTailIsAboveTheNoise() {
    // Given 20 of 30 singular values, so that the median is one of them
    double[] singularValues = new double[30];
    IntStream.range(10, 30).forEach(i -> singularValues[i] = i);

    // When
    Outcome.Analysed result =
        analysed(Weights.dense(40, 30, Weights.withSingularValues(40, 30, singularValues, 9)));

    // Then
    double sum = IntStream.range(15, 30).mapToDouble(i -> 2 * Math.log(i / 15.0)).sum();
    assertClose(result.alpha(), 1 + 15 / sum);
  }

  @Test
  void eachSliceOfAConvolutionHasItsOwnRoundingLevel() {
    // Given two slices, [[1, 2]] * 1e-9 weaker than the other; each is exact by itself
    double[] weights = new double[8 * 8 * 2];
    double[] slice = Weights.gaussian(64, 33);
    for (int i = 0; i < 64; i++) {
      weights[2 * i] = slice[i];
      weights[2 * i + 1] = slice[i] * 1e-9;
    }

    // When xmin is the middle one of the weak slice
    Outcome.Analysed result =
        analysed(
            Weights.tensor(List.of(8L, 8L, 1L, 2L), weights),
            new EstimatorSpec.TempBalance(1, XminRule.MEDIAN, 4, false, 0.5));

    // Then
    assertThat(result.xminIndex()).hasValue(4);
    assertThat(result.alpha()).isBetween(1.0, 2.0);
  }

  @Test
  void orthogonalWeightsAreSkippedWhateverTheyWereRoundedTo() {
    // Given 0.7 times a reflection
    double[] singularValues = new double[24];
    Arrays.fill(singularValues, 0.7);
    double[] weights = Weights.withSingularValues(24, 24, singularValues, 21);
    List<Long> shape = List.of(24L, 24L);

    // Then
    String reason = "the 12 eigenvalues of the tail are equal up to rounding .*";
    assertSkippedLike(Weights.tensor(shape, weights), ".* rounding.*");
    assertSkippedLike(Weights.floats(shape, weights), reason);
    assertSkippedLike(brains(shape, weights), reason);
  }

  @Test
  void tailThatRoundingDominatesIsSkippedWithItsUncertainty() {
    // Given eigenvalues that differ by about 1e-7, in double precision weights
    double[] singularValues = IntStream.range(0, 20).mapToDouble(i -> 1 + i * 1e-9).toArray();

    // Then
    assertSkippedLike(
        Weights.dense(20, 20, Weights.withSingularValues(20, 20, singularValues, 25)),
        "alpha .* is uncertain by .* through rounding, more than 1\\.0E-4");
  }

  @Test
  void squaresThatDoNotFitADoubleAreSkipped() {
    double[] weights = Weights.gaussian(64, 27);
    for (double scale : new double[] {1e200, 1e-200}) {
      assertSkippedLike(
          Weights.dense(8, 8, Arrays.stream(weights).map(w -> w * scale).toArray()),
          "the squares of the weights do not fit a double, largest weight: .*");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void tensorsOfOtherRanksFail(int rank) {
    // Given
    List<Long> shape = IntStream.range(0, rank).mapToObj(i -> 1L).toList();

    // Then
    assertThat(analysis.analyse(Weights.tensor(shape, 1), EstimatorSpec.DEFAULT))
        .isEqualTo(
            new Outcome.Failed(
                "tensor 'layer' must have 2 dimensions (dense) or 3 to 5 (convolution), got shape: "
                    + shape));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "out", "in,in", "out,in,kH,kW", "rows,columns"})
  void unknownLayoutsFail(String layout) {
    assertThat(
            analysis.analyse(
                Weights.tensor(List.of(1L, 1L), Map.of(SafeTensor.LAYOUT, layout), 1),
                EstimatorSpec.DEFAULT))
        .isEqualTo(
            new Outcome.Failed(
                "layout of tensor 'layer' must order the dimensions out,in, got: '%s'"
                    .formatted(layout)));
  }

  @Test
  void solverThatDoesNotConvergeGivesAFailedOutcome() {
    // Given
    LayerAnalysis failing =
        new LayerAnalysis(
            new StubSolver(
                () -> {
                  throw new SolverException("dsterf returned info 3");
                }));

    // Then
    assertThat(failing.analyse(Weights.dense(1, 1, 1), EstimatorSpec.DEFAULT))
        .isEqualTo(
            new Outcome.Failed(
                "solver stub on tensor 'layer' of shape [1, 1]: dsterf returned info 3"));
  }

  @Test
  void solverThatThrowsAnythingElseGivesAFailedOutcomeOfOneLine() {
    // Given
    LayerAnalysis failing =
        new LayerAnalysis(
            new StubSolver(
                () -> {
                  throw new IllegalStateException("first line\nsecond line");
                }));

    // Then
    assertThat(failing.analyse(Weights.dense(1, 1, 1), EstimatorSpec.DEFAULT))
        .isEqualTo(
            new Outcome.Failed(
                "solver stub on tensor 'layer' of shape [1, 1]:"
                    + " IllegalStateException: first line"));
  }

  @Test
  void errorsPassThrough() {
    // Given
    LayerAnalysis failing =
        new LayerAnalysis(
            new StubSolver(
                () -> {
                  throw new OutOfMemoryError("native memory");
                }));

    // Then
    assertThatThrownBy(() -> failing.analyse(Weights.dense(1, 1, 1), EstimatorSpec.DEFAULT))
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void lossOfASolverIsNoFailureOfTheLayer() {
    // Given
    LayerAnalysis lost =
        new LayerAnalysis(
            new StubSolver(
                () -> {
                  throw new SolverLostException("device 0 is lost");
                }));

    // Then
    assertThatThrownBy(() -> lost.analyse(Weights.dense(1, 1, 1), EstimatorSpec.DEFAULT))
        .isInstanceOf(SolverLostException.class)
        .hasMessage("device 0 is lost");
  }

  @Test
  void numbersThatASolverMadeNotFiniteAreNeverPublished() {
    // Given
    LayerAnalysis broken =
        new LayerAnalysis(new StubSolver(() -> new double[] {1, Double.NaN, Double.NaN}));

    // Then
    assertThat(
            broken.analyse(
                Weights.dense(3, 3, new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1}),
                EstimatorSpec.DEFAULT))
        .isEqualTo(
            new Outcome.Failed(
                "solver stub on tensor 'layer' of shape [3, 3]: an eigenvalue is NaN"));
  }

  private Outcome.Analysed analysed(SafeTensor weights) {
    return analysed(weights, EstimatorSpec.DEFAULT);
  }

  private Outcome.Analysed analysed(SafeTensor weights, EstimatorSpec estimator) {
    Outcome outcome = analysis.analyse(weights, estimator);
    assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
    return (Outcome.Analysed) outcome;
  }

  private void assertSkipped(SafeTensor weights, String reason) {
    assertThat(analysis.analyse(weights, EstimatorSpec.DEFAULT))
        .isEqualTo(new Outcome.Skipped(reason));
  }

  private void assertSkippedLike(SafeTensor weights, String pattern) {
    Outcome outcome = analysis.analyse(weights, EstimatorSpec.DEFAULT);
    assertThat(outcome).isInstanceOf(Outcome.Skipped.class);
    assertThat(((Outcome.Skipped) outcome).reason()).matches(pattern);
  }

  private static void assertClose(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, Percentage.withPercentage(100 * EXACT));
  }

  private static SafeTensor brains(List<Long> shape, double[] values) {
    ByteBuffer data =
        ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      // Adds half of what is cut off: to nearest, ties away from 0.
      data.putShort((short) ((Float.floatToIntBits((float) value) + 0x8000) >>> Short.SIZE));
    }
    return new SafeTensor("layer", DType.BF16, shape, Map.of(), data.flip());
  }

  /** A solver with an answer of its own. */
  private record StubSolver(Supplier<double[]> answer) implements EigenvalueSolver {
    @Override
    public String name() {
      return "stub";
    }

    @Override
    public boolean supports(Precision precision) {
      return precision == Precision.FP64;
    }

    @Override
    public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
      double[] values = answer.get();
      System.arraycopy(values, 0, target, 0, values.length);
    }

    @Override
    public void warmUp() {}

    @Override
    public void close() {}
  }
}
