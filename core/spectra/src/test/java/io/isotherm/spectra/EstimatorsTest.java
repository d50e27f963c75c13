package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.fit.TailFit;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the estimators do beyond the layers that their published codes were run on. */
class EstimatorsTest {

  /** Relative; some roundings of sums over a hundred numbers. */
  private static final double EXACT = 1e-12;

  private final LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());

  private final double[] weights = Weights.gaussian(12 * 8 * 5, 3);
  private final SafeTensor overOneDimension = Weights.tensor(List.of(12L, 8L, 5L), weights);

  static Stream<EstimatorSpec> readersOfSlices() {
    return Stream.of(
        EstimatorSpec.DEFAULT,
        EstimatorSpec.Farms.defaults(),
        EstimatorSpec.ModelBalancing.nlp(),
        EstimatorSpec.WeightWatcher.defaults());
  }

  @ParameterizedTest
  @MethodSource("readersOfSlices")
  void convolutionOverOneDimensionIsReadAsOneWithALowKernel(EstimatorSpec estimator) {
    // When
    Outcome.Analysed line = analysed(overOneDimension, estimator);
    Outcome.Analysed plane = analysed(Weights.tensor(List.of(12L, 8L, 1L, 5L), weights), estimator);

    // Then
    assertThat(line.alpha()).isEqualTo(plane.alpha());
    assertThat(line.frobeniusNorm()).isEqualTo(plane.frobeniusNorm());
    assertThat(line.metrics()).isEqualTo(plane.metrics());
  }

  @Test
  void neuralOperatorsReadItAsOneUnscaledMatrixPerOutput() {
    // When
    Outcome.Analysed result = analysed(overOneDimension, EstimatorSpec.ModelBalancing.sciml());

    // Then
    double squares = Arrays.stream(weights).map(w -> w * w).sum();
    assertThat(result.eigenvalueCount()).isEqualTo(12 * 5);
    assertThat(result.frobeniusNorm()).isCloseTo(squares, within(EXACT * squares));
  }

  static Stream<Arguments> metrics() {
    return Stream.of(
        arguments(EstimatorSpec.DEFAULT, List.of()),
        arguments(
            new EstimatorSpec.TempBalance(1, XminRule.GOODNESS_OF_FIT, 2, true, 0.5),
            List.of("eigenvaluesAboveFilter")),
        arguments(
            EstimatorSpec.Farms.of(4, 1, 2, OptionalInt.empty()),
            List.of("normStableRank", "windows")),
        arguments(
            EstimatorSpec.FarmsLlm.of(XminRule.MEDIAN, 4, 1, 3),
            List.of("normStableRank", "windows")),
        arguments(
            EstimatorSpec.ModelBalancing.nlp(),
            List.of("eigRatio", "keptStableRank", "normStableRank")),
        arguments(
            EstimatorSpec.ModelBalancing.sciml(),
            List.of("eigRatio", "eigenvaluesAboveFilter", "keptStableRank", "normStableRank")),
        arguments(
            EstimatorSpec.WeightWatcher.defaults(),
            List.of(
                "alphaWeighted",
                "eigenvaluesAboveFilter",
                "logAlphaNorm",
                "matrixEntropy",
                "matrixRank",
                "sigma",
                "spikes",
                "weakRankLoss")),
        arguments(
            new EstimatorSpec.WeightWatcher(1, true),
            List.of(
                "alphaWeighted",
                "eigenvaluesAboveFilter",
                "fingers",
                "logAlphaNorm",
                "matrixEntropy",
                "matrixRank",
                "rawAlpha",
                "sigma",
                "spikes",
                "weakRankLoss")));
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void eachEstimatorReportsItsMetrics(EstimatorSpec estimator, List<String> names) {
    assertThat(analysed(Weights.dense(20, 16, Weights.gaussian(320, 5)), estimator).metrics())
        .containsOnlyKeys(names);
  }

  @Test
  void sumOfPowersThatOverflowsHasALogarithm() {
    // Given eigenvalues around 1e280, whose powers of alpha no double holds
    double[] huge = Arrays.stream(Weights.gaussian(320, 5)).map(w -> w * 1e140).toArray();

    // When
    Outcome.Analysed result =
        analysed(Weights.dense(20, 16, huge), EstimatorSpec.WeightWatcher.defaults());

    // Then
    assertThat(result.metrics().get("logAlphaNorm")).isBetween(280.0, 280 * result.alpha() + 20);
  }

  @Test
  void detailsAreThoseOfTheOutcome() {
    // When
    Analysis detail = analysis.analyseInDetail(overOneDimension, EstimatorSpec.DEFAULT);

    // Then
    Outcome.Analysed outcome = (Outcome.Analysed) detail.outcome();
    assertThat(detail.spectra()).hasSize(1);
    assertThat(detail.spectra().get(0).spectrum().size()).isEqualTo(outcome.eigenvalueCount());
    TailFit.PowerLaw law = (TailFit.PowerLaw) detail.spectra().get(0).fit();
    assertThat(law.alpha()).isEqualTo(outcome.alpha());
    assertThat(law.xminIndex()).isEqualTo((int) outcome.xminIndex().orElseThrow());
    assertThat(law.tailSize()).isEqualTo((int) outcome.eigenvalueCount() - law.xminIndex());
  }

  @Test
  void spectrumOfALayerWithoutAlphaIsThereToBeDrawn() {
    // Given rank 2 of 6
    double[] singularValues = {0, 0, 0, 0, 1, 2};

    // When
    Analysis detail =
        analysis.analyseInDetail(
            Weights.dense(6, 6, Weights.withSingularValues(6, 6, singularValues, 3)),
            EstimatorSpec.DEFAULT);

    // Then
    assertThat(detail.outcome()).isInstanceOf(Outcome.Skipped.class);
    assertThat(detail.spectra().get(0).spectrum().largest()).isCloseTo(4, within(EXACT));
    assertThat(detail.spectra().get(0).fit()).isInstanceOf(TailFit.Undetermined.class);
  }

  @Test
  void layerWithoutEigenvaluesHasNoSpectrum() {
    assertThat(
            analysis
                .analyseInDetail(Weights.tensor(List.of(0L, 3L)), EstimatorSpec.DEFAULT)
                .spectra())
        .isEmpty();
  }

  private Outcome.Analysed analysed(SafeTensor tensor, EstimatorSpec estimator) {
    Outcome outcome = analysis.analyse(tensor, estimator);
    assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
    return (Outcome.Analysed) outcome;
  }
}
