package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.safetensors.SafeTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every estimator on weights that have no meaningful alpha, or barely one. */
class DegenerateLayersTest {

  private final LayerAnalysis analysis = new LayerAnalysis(new ReferenceEigenvalueSolver());

  static List<EstimatorSpec> estimators() {
    List<EstimatorSpec> all = new ArrayList<>();
    for (XminRule rule : XminRule.values()) {
      all.add(EstimatorSpec.TempBalance.of(rule));
      all.add(new EstimatorSpec.TempBalance(1, rule, 2, true, 0.5));
      all.add(new EstimatorSpec.Farms(1, rule, 2, false, 0.5, 8, 1, 4, OptionalInt.empty()));
      all.add(new EstimatorSpec.Farms(1, rule, 2, true, 0.5, 100, 1, 9, OptionalInt.of(9)));
      all.add(EstimatorSpec.FarmsLlm.of(rule, 2000, 1, 4));
      for (EstimatorSpec.ModelBalancing.Flavour flavour :
          EstimatorSpec.ModelBalancing.Flavour.values()) {
        all.add(
            new EstimatorSpec.ModelBalancing(
                1, flavour, rule, 1.5, false, 0.5, OptionalDouble.of(2)));
      }
    }
    all.add(EstimatorSpec.ModelBalancing.sciml());
    all.add(EstimatorSpec.WeightWatcher.defaults());
    all.add(new EstimatorSpec.WeightWatcher(1, true));
    all.add(new EstimatorSpec.Hill(1, false, 0.5, 0.5));
    all.add(new EstimatorSpec.Hill(1, true, 0.5, 0.5));
    return all;
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void layersWithoutWeightsAreSkipped(EstimatorSpec estimator) {
    for (List<Long> shape :
        List.of(
            List.of(0L, 5L),
            List.of(5L, 0L),
            List.of(0L, 0L),
            List.of(4L, 0L, 3L, 3L),
            List.of(4L, 4L, 0L, 3L),
            List.of(4L, 4L, 0L))) {
      assertThat(analysis.analyse(Weights.tensor(shape), estimator))
          .isEqualTo(new Outcome.Skipped("the layer has no weights, shape: " + shape));
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void weightsThatAreNotFiniteAreSkipped(EstimatorSpec estimator) {
    for (double strange :
        new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      double[] weights = Weights.gaussian(12 * 12, 3);
      weights[17] = strange;
      assertThat(analysis.analyse(Weights.dense(12, 12, weights), estimator))
          .isEqualTo(new Outcome.Skipped("1 of 144 weights are NaN or infinite"));
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void zeroWeightsAreSkipped(EstimatorSpec estimator) {
    assertThat(analysis.analyse(Weights.dense(12, 12, new double[144]), estimator))
        .isEqualTo(new Outcome.Skipped("all 144 weights are 0"));
    assertThat(
            analysis.analyse(Weights.tensor(List.of(8L, 4L, 3L, 3L), new double[288]), estimator))
        .isEqualTo(new Outcome.Skipped("all 288 weights are 0"));
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void oneEigenvalueIsNotEnough(EstimatorSpec estimator) {
    String reason = ".*(holds 1 of 1|is 1) eigenvalue.*";
    assertSkipped(Weights.dense(1, 1, 3), estimator, reason);
    // FARMS for language models makes several windows of a row.
    if (!(estimator instanceof EstimatorSpec.FarmsLlm)) {
      assertSkipped(Weights.dense(1, 7, Weights.gaussian(7, 5)), estimator, reason);
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void twoEigenvaluesHaveAReasonOrANumber(EstimatorSpec estimator) {
    assertDefined(Weights.dense(2, 3, Weights.gaussian(6, 7)), estimator);
    assertDefined(Weights.tensor(List.of(2L, 1L, 1L, 2L), 1, 2, 3, 4), estimator);
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void oneWeightThatIsNotZeroHasNoAlpha(EstimatorSpec estimator) {
    // Given
    double[] weights = new double[144];
    weights[13] = 2;

    // Then
    assertSkipped(Weights.dense(12, 12, weights), estimator, ".*\\d.*");
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void orthogonalWeightsAreSkippedWhateverTheyWereRoundedTo(EstimatorSpec estimator) {
    // Given 0.7 times a reflection, of the size of one window
    double[] singularValues = new double[8];
    Arrays.fill(singularValues, 0.7);
    double[] weights = Weights.withSingularValues(8, 8, singularValues, 21);

    // Then
    assertSkipped(Weights.dense(8, 8, weights), estimator, ".*round.*");
    assertSkipped(Weights.floats(List.of(8L, 8L), weights), estimator, ".*round.*");
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void identityIsSkipped(EstimatorSpec estimator) {
    // Given
    double[] weights = new double[64];
    IntStream.range(0, 8).forEach(i -> weights[i * 9] = 1);

    // Then
    assertSkipped(Weights.dense(8, 8, weights), estimator, ".*(equal up to rounding).*");
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void alphaOfRankDeficientWeightsIsNeverMadeOfRounding(EstimatorSpec estimator) {
    // Given 9 of 32 singular values, and the same with every weight rounded elsewhere
    double[] singularValues = new double[32];
    IntStream.range(23, 32).forEach(i -> singularValues[i] = Math.pow(1.3, i - 27));
    double[] weights = Weights.withSingularValues(40, 32, singularValues, 9);
    double[] turned = Weights.withSingularValues(40, 32, singularValues, 10);

    // When
    Outcome one = assertDefined(Weights.dense(40, 32, weights), estimator);
    Outcome other = assertDefined(Weights.dense(40, 32, turned), estimator);

    // Then both have a reason, or nearly the same number if no window is cut out
    if (!(estimator instanceof EstimatorSpec.Farms)) {
      assertThat(one.getClass()).isEqualTo(other.getClass());
      if (one instanceof Outcome.Analysed first && other instanceof Outcome.Analysed second) {
        if (!(estimator instanceof EstimatorSpec.FarmsLlm)) {
          assertThat(first.alpha()).isCloseTo(second.alpha(), within(1e-9 * first.alpha()));
        }
        assertThat(first.xmin().orElseThrow()).isGreaterThan(1e-12 * first.spectralNorm());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void eigenvaluesThatAreExactlyZeroHaveAReasonOrANumber(EstimatorSpec estimator) {
    // Given every third row zero
    double[] weights = Weights.gaussian(30 * 24, 11);
    for (int i = 0; i < 30; i += 3) {
      Arrays.fill(weights, i * 24, (i + 1) * 24, 0);
    }

    // Then
    Outcome outcome = assertDefined(Weights.dense(30, 24, weights), estimator);
    if (looksAtThePeak(estimator) && !estimator.filterZeros()) {
      assertThat(outcome).isInstanceOf(Outcome.Skipped.class);
    }
    if (estimator.equals(EstimatorSpec.DEFAULT)) {
      assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void scaleChangesAlphaOnlyWhereAThresholdIsAbsolute(EstimatorSpec estimator) {
    // Given
    double[] weights = Weights.gaussian(30 * 24, 13);
    Outcome plain = assertDefined(Weights.dense(30, 24, weights), estimator);

    for (double scale : new double[] {1e-30, 1e30}) {
      // When
      double[] scaled = Arrays.stream(weights).map(w -> w * scale).toArray();
      Outcome outcome = assertDefined(Weights.dense(30, 24, scaled), estimator);

      // Then
      if (estimator instanceof EstimatorSpec.WeightWatcher && scale < 1) {
        assertThat(((Outcome.Skipped) outcome).reason())
            .startsWith("no eigenvalue is above the zero filter 1.0E-5, largest: ");
      } else if (!looksAtThePeak(estimator)) {
        double alpha = ((Outcome.Analysed) plain).alpha();
        assertThat(((Outcome.Analysed) outcome).alpha()).isCloseTo(alpha, within(1e-9 * alpha));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void convolutionsOfAnyShapeHaveAReasonOrANumber(EstimatorSpec estimator) {
    for (List<Long> shape :
        List.of(
            List.of(8L, 4L, 3L, 3L),
            List.of(4L, 9L, 3L, 1L),
            List.of(3L, 2L, 7L, 7L),
            List.of(3L, 2L, 7L, 5L),
            List.of(32L, 1L, 3L, 3L),
            List.of(6L, 5L, 4L),
            List.of(2L, 1L, 9L),
            List.of(1L, 1L, 1L, 1L))) {
      int length = shape.stream().mapToInt(Long::intValue).reduce(1, Math::multiplyExact);
      assertDefined(Weights.tensor(shape, Weights.gaussian(length, 17)), estimator);
    }
  }

  private Outcome assertDefined(SafeTensor weights, EstimatorSpec estimator) {
    Outcome outcome = analysis.analyse(weights, estimator);
    if (outcome instanceof Outcome.Skipped skipped) {
      assertThat(skipped.reason()).isNotBlank().doesNotContain("\n");
    } else {
      assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
    }
    return outcome;
  }

  private void assertSkipped(SafeTensor weights, EstimatorSpec estimator, String pattern) {
    Outcome outcome = analysis.analyse(weights, estimator);
    assertThat(outcome).isInstanceOf(Outcome.Skipped.class);
    assertThat(((Outcome.Skipped) outcome).reason()).matches(pattern);
  }

  private static boolean looksAtThePeak(EstimatorSpec estimator) {
    return estimator instanceof EstimatorSpec.Fitted fitted && fitted.fit() == XminRule.XMIN_PEAK;
  }
}
