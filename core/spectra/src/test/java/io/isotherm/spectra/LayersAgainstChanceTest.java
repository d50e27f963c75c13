package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.chance.AlphaNulls;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random and other weights, through the whole analysis, against what chance gives. */
class LayersAgainstChanceTest {

  private final LayerAnalysis analysis =
      new LayerAnalysis(new ReferenceEigenvalueSolver(), PrecisionMode.DOUBLE, new AlphaNulls());

  static Stream<Arguments> randomLayers() {
    List<SafeTensor> layers =
        List.of(
            random(1, 70, 50),
            random(2, 30, 120),
            random(3, 24, 16, 3, 3),
            random(4, 16, 40, 3),
            stack(random(5, 3, 40, 60)));
    return estimators()
        .flatMap(estimator -> layers.stream().map(layer -> Arguments.of(estimator, layer)));
  }

  private static Stream<EstimatorSpec> estimators() {
    return Stream.of(
            Estimators.CATALOGUE.entries().stream().map(entry -> entry.published()),
            Stream.of(
                EstimatorSpec.ModelBalancing.sciml(),
                EstimatorSpec.TempBalance.of(XminRule.XMIN_PEAK),
                EstimatorSpec.TempBalance.of(XminRule.GOODNESS_OF_FIT),
                EstimatorSpec.Farms.of(20, 1.5, 5, OptionalInt.empty())))
        .flatMap(stream -> stream);
  }

  @ParameterizedTest
  @MethodSource("randomLayers")
  void randomWeightsAreLikeRandom(EstimatorSpec estimator, SafeTensor layer) {
    Outcome.Analysed numbers = (Outcome.Analysed) analysis.analyse(layer, estimator);

    Chance chance = numbers.chance().orElseThrow();
    assertThat(chance.alphaExcess()).isEqualTo(numbers.alpha() - chance.alphaNull());
    assertThat(chance.alphaZ()).isBetween(-4.0, 4.0);
  }

  @Test
  void heavyTailsAreHeavierThanRandom() {
    double[] singularValues =
        IntStream.range(0, 60).mapToDouble(i -> Math.pow(i + 1, -0.7)).toArray();
    SafeTensor layer = Weights.dense(60, 90, Weights.withSingularValues(60, 90, singularValues, 1));

    assertThat(z(layer, EstimatorSpec.DEFAULT)).isLessThan(-5);
  }

  /** Windows share elements: their alphas vary less than one window's, and more than free ones'. */
  @Test
  void spreadOfOverlappingWindowsIsThatOfRandomMatricesCutIntoThem() {
    EstimatorSpec windows = EstimatorSpec.Farms.of(20, 1, 5, OptionalInt.empty());
    List<Outcome.Analysed> random =
        IntStream.range(0, 100)
            .mapToObj(i -> (Outcome.Analysed) analysis.analyse(random(100 + i, 50, 70), windows))
            .toList();

    DoubleStream alphas = random.stream().mapToDouble(Outcome.Analysed::alpha);
    double mean = alphas.average().orElseThrow();
    double variance =
        random.stream().mapToDouble(one -> Math.pow(one.alpha() - mean, 2)).sum() / 99;

    Chance chance = random.get(0).chance().orElseThrow();
    assertThat(chance.spread()).isEqualTo(Math.sqrt(variance), within(0.3 * chance.spread()));
    assertThat(chance.alphaNull()).isEqualTo(mean, within(0.4 * chance.spread()));
  }

  @Test
  void layersWithFewEigenvaluesHaveNoChance() {
    Outcome.Analysed numbers =
        (Outcome.Analysed) analysis.analyse(random(1, 8, 50), EstimatorSpec.DEFAULT);

    assertThat(numbers.chance()).isEmpty();
    assertThat(numbers.verdict(EstimatorSpec.DEFAULT)).isEmpty();
  }

  private double z(SafeTensor layer, EstimatorSpec estimator) {
    Outcome.Analysed numbers = (Outcome.Analysed) analysis.analyse(layer, estimator);
    return numbers.chance().orElseThrow().alphaZ();
  }

  private static SafeTensor random(long seed, long... shape) {
    List<Long> sizes = Arrays.stream(shape).boxed().toList();
    long count = sizes.stream().reduce(1L, Math::multiplyExact);
    return Weights.tensor(sizes, Weights.gaussian((int) count, seed));
  }

  private static SafeTensor stack(SafeTensor tensor) {
    return new SafeTensor(
        tensor.name(),
        tensor.dtype(),
        tensor.shape(),
        Map.of(SafeTensor.LAYOUT, "stack,out,in"),
        tensor.data());
  }
}
