package io.isotherm.spectra.chance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.spectrum.Chance.Basis;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.PrecisionMode;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.spectra.estimator.Estimator;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AlphaNullsTest {

  /** Two means of 200 draws each differ by less than this many spreads in 499 of 500 cases. */
  private static final double SAMPLING = 0.31;

  private final AlphaNulls nulls = new AlphaNulls();

  /** Mean and standard deviation over 200 random layers that another program decomposed. */
  @ParameterizedTest
  @CsvSource({
    "16, 16, 2.111, 0.065",
    "32, 16, 2.692, 0.102",
    "64, 32, 2.697, 0.052",
    "64, 64, 2.117, 0.018"
  })
  void convolutionsHaveTheAlphasOfDecomposedRandomOnes(
      int rows, int columns, double mean, double spread) {
    AlphaNull found = median(RandomLayer.of(rows, columns, 9));

    assertThat(found.mean()).isEqualTo(mean, within(SAMPLING * spread + 5e-4));
    assertThat(found.above()).isEqualTo(spread, within(0.25 * spread));
  }

  /** The same over some twenty random matrices, which is not enough for a good spread. */
  @ParameterizedTest
  @CsvSource({
    "128, 128, 2.143, 0.029",
    "512, 512, 2.125, 0.009",
    "256, 1024, 3.478, 0.034",
    "128, 512, 3.490, 0.048",
    "64, 7168, 14.20, 0.65",
    "50, 50, 2.176, 0.053"
  })
  void denseLayersHaveTheAlphasOfDecomposedRandomOnes(
      int rows, int columns, double mean, double spread) {
    AlphaNull found = median(RandomLayer.of(rows, columns, 1));

    assertThat(found.mean()).isEqualTo(mean, within(0.7 * spread));
    assertThat(found.above()).isEqualTo(spread, within(0.5 * spread));
  }

  /** Tridiagonal draws have the distribution of matrices that are drawn and decomposed whole. */
  @ParameterizedTest
  @CsvSource({"50, 50", "30, 200", "64, 48"})
  void drawsAreDistributedAsDecomposedRandomMatrices(int rows, int columns) {
    Estimator estimator = Estimator.of(EstimatorSpec.DEFAULT);
    LayerAnalysis analysis =
        new LayerAnalysis(new ReferenceEigenvalueSolver(), PrecisionMode.DOUBLE);
    double[] alphas =
        IntStream.range(0, Draws.NUMBER)
            .mapToObj(i -> Weights.dense(rows, columns, Weights.gaussian(rows * columns, i)))
            .map(layer -> (Outcome.Analysed) analysis.analyse(layer, estimator.spec()))
            .mapToDouble(Outcome.Analysed::alpha)
            .toArray();
    double mean = Arrays.stream(alphas).average().orElseThrow();
    double squares = Arrays.stream(alphas).map(alpha -> Math.pow(alpha - mean, 2)).sum();
    double spread = Math.sqrt(squares / (Draws.NUMBER - 1));

    AlphaNull found = median(RandomLayer.of(rows, columns, 1));

    assertThat(found.mean()).isEqualTo(mean, within(SAMPLING * spread));
    assertThat(found.above()).isEqualTo(spread, within(0.25 * spread));
  }

  /** Another program's mean over a few dense random matrices. */
  @Test
  void aLayerOfALanguageModelIsMeasuredBySmallerMatrices() {
    AlphaNull found = median(RandomLayer.of(768, 2304, 1));

    assertThat(found.basis()).isEqualTo(Basis.SCALED);
    assertThat(found.mean()).isEqualTo(3.122, within(0.005));
  }

  /** Bias and spread of smaller matrices, carried over, against matrices that are really drawn. */
  @ParameterizedTest
  @CsvSource({"700, 700, 1", "601, 1803, 1", "400, 8000, 1", "256, 128, 9"})
  void whatIsScaledIsWhatDrawingTheWholeShows(int rows, int columns, int matrices) {
    RandomLayer layer = RandomLayer.of(rows, columns, matrices);
    Estimator estimator = Estimator.of(EstimatorSpec.DEFAULT);
    WishartDraws random = new WishartDraws(1);

    Draws whole = Draws.of(estimator, () -> random.pooled(layer, 1)).orElseThrow();
    AlphaNull scaled = median(layer);

    assertThat(scaled.basis()).isEqualTo(Basis.SCALED);
    assertThat(scaled.mean()).isEqualTo(whole.mean(), within(SAMPLING * whole.spread()));
    assertThat(scaled.above()).isEqualTo(whole.spread(), within(0.25 * whole.spread()));
  }

  /** A search for the start has no limit to compare with; the numbers grow with the size. */
  @ParameterizedTest
  @CsvSource({"500, 500, 1", "180, 360, 9"})
  void growthOfASearchedFitIsCarriedOver(int rows, int columns, int matrices) {
    RandomLayer layer = RandomLayer.of(rows, columns, matrices);
    Estimator estimator = Estimator.of(EstimatorSpec.TempBalance.of(XminRule.GOODNESS_OF_FIT));
    WishartDraws random = new WishartDraws(1);

    Draws whole = Draws.of(estimator, () -> random.pooled(layer, 1)).orElseThrow();
    AlphaNull scaled = nulls.of(estimator, layer, 1).orElseThrow();

    assertThat(scaled.basis()).isEqualTo(Basis.SCALED);
    assertThat(Math.log(scaled.mean() - 1))
        .isEqualTo(whole.logMean(), within(0.5 * whole.logSpread()));
    assertThat(scaled.above()).isGreaterThan(2 * scaled.below());
  }

  static Stream<EstimatorSpec> estimators() {
    return Stream.concat(
        Stream.of(
            EstimatorSpec.ModelBalancing.sciml(),
            EstimatorSpec.TempBalance.of(XminRule.GOODNESS_OF_FIT),
            EstimatorSpec.TempBalance.of(XminRule.XMIN_PEAK)),
        Estimators.CATALOGUE.entries().stream().map(entry -> entry.published()));
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void numbersAreTheSameEveryTime(EstimatorSpec estimator) {
    RandomLayer layer = RandomLayer.of(40, 60, 3);

    AlphaNull once = nulls.of(Estimator.of(estimator), layer, 1).orElseThrow();
    AlphaNull again = new AlphaNulls().of(Estimator.of(estimator), layer, 1).orElseThrow();

    assertThat(again).isEqualTo(once);
    assertThat(nulls.of(Estimator.of(estimator), layer, 1)).containsSame(once);
  }

  /** Pins the draws: they must not depend on the machine or on the Java version. */
  @Test
  void theSeedGivesTheseNumbers() {
    AlphaNull found = median(RandomLayer.of(20, 30, 1));

    assertThat(found.mean()).isEqualTo(2.620010923713583, within(1e-12));
    assertThat(found.above()).isEqualTo(0.20057668538681267, within(1e-12));
  }

  @Test
  void fewerThanTenEigenvaluesSayNothing() {
    assertThat(nulls.of(Estimator.of(EstimatorSpec.DEFAULT), RandomLayer.of(9, 90, 1), 1))
        .isEmpty();
    assertThat(nulls.of(Estimator.of(EstimatorSpec.DEFAULT), RandomLayer.of(3, 5, 4), 1))
        .isPresent();
  }

  /** The zero filter compares eigenvalues with a number, so that their scale matters. */
  @Test
  void smallWeightsLoseEigenvaluesToTheFilterAsTheLayerDoes() {
    Estimator filtered = Estimator.of(EstimatorSpec.ModelBalancing.sciml());
    RandomLayer layer = RandomLayer.of(40, 40, 1);

    AlphaNull whole = nulls.of(filtered, layer, 1).orElseThrow();
    AlphaNull cut = nulls.of(filtered, layer, 1.3e-5).orElseThrow();

    assertThat(whole.mean()).isEqualTo(median(layer).mean(), within(1e-9));
    assertThat(cut.mean()).isGreaterThan(whole.mean() + 5 * whole.above());
  }

  private AlphaNull median(RandomLayer layer) {
    return nulls.of(Estimator.of(EstimatorSpec.DEFAULT), layer, 1).orElseThrow();
  }
}
