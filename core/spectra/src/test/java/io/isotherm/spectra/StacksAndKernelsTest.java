package io.isotherm.spectra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.golden.Weights;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.safetensors.SafeTensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stacks of matrices against each matrix alone, and kernels of three dimensions against two. */
class StacksAndKernelsTest {

  private static final int MEMBERS = 3;
  private static final int OUT = 60;
  private static final int IN = 40;

  /** A stack is scaled by the largest of all its weights, a matrix alone by its own. */
  private static final double ROUNDING = 1e-12;

  private final LayerAnalysis analysis =
      new LayerAnalysis(new ReferenceEigenvalueSolver(), PrecisionMode.DOUBLE);

  static Stream<EstimatorSpec> estimators() {
    return Stream.concat(
        Stream.of(EstimatorSpec.ModelBalancing.sciml()),
        Estimators.CATALOGUE.entries().stream().map(entry -> entry.published()));
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void numbersOfAStackAreTheMeansOfItsMatrices(EstimatorSpec estimator) {
    List<Outcome.Analysed> alone =
        IntStream.range(0, MEMBERS)
            .mapToObj(
                k -> analysed(Weights.tensor(List.of((long) OUT, (long) IN), member(k)), estimator))
            .toList();

    Outcome.Analysed stack = analysed(stack("stack,out,in", List.of(3L, 60L, 40L)), estimator);

    assertThat(stack.alpha()).isEqualTo(mean(alone, "alpha"), within(ROUNDING));
    assertThat(stack.ksDistance()).isEqualTo(mean(alone, "ksDistance"), within(ROUNDING));
    assertThat(stack.spectralNorm())
        .isEqualTo(mean(alone, "spectralNorm"), within(ROUNDING * stack.spectralNorm()));
    assertThat(stack.xmin()).isEmpty();
    assertThat(stack.eigenvalueCount())
        .isEqualTo(alone.stream().mapToLong(Outcome.Analysed::eigenvalueCount).sum());
    assertThat(stack.metrics().get(Metric.SMALLEST_ALPHA.key()))
        .isEqualTo(
            alone.stream().mapToDouble(Outcome.Analysed::alpha).min().orElseThrow(),
            within(ROUNDING));
    assertThat(stack.metrics().get(Metric.LARGEST_ALPHA.key()))
        .isEqualTo(
            alone.stream().mapToDouble(Outcome.Analysed::alpha).max().orElseThrow(),
            within(ROUNDING));
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void axesOfAStackMayLieInAnyOrder(EstimatorSpec estimator) {
    Outcome.Analysed expected = analysed(stack("stack,out,in", List.of(3L, 60L, 40L)), estimator);

    assertSame(analysed(stack("stack,in,out", List.of(3L, 40L, 60L)), estimator), expected);
    assertSame(analysed(stack("in,stack,out", List.of(40L, 3L, 60L)), estimator), expected);
    assertSame(analysed(stack("out,in,stack", List.of(60L, 40L, 3L)), estimator), expected);
  }

  @Test
  void matrixThatCannotBeFittedIsNamed() {
    double[] weights = values(MEMBERS * OUT * IN);
    Arrays.fill(weights, OUT * IN, 2 * OUT * IN, 0);

    Outcome outcome =
        analysis.analyse(
            Weights.tensor(
                List.of(3L, 60L, 40L), Map.of(SafeTensor.LAYOUT, "stack,out,in"), weights),
            EstimatorSpec.DEFAULT);

    assertThat(outcome)
        .isEqualTo(new Outcome.Skipped("matrix [1] of the stack: all 40 eigenvalues are 0"));
  }

  @Test
  void withoutALayoutThreeDimensionsAreAConvolution() {
    Outcome.Analysed convolution =
        analysed(Weights.tensor(List.of(60L, 40L, 3L), values(60 * 40 * 3)), EstimatorSpec.DEFAULT);

    assertThat(convolution.metrics()).doesNotContainKey(Metric.SMALLEST_ALPHA.key());
    assertThat(convolution.xmin()).isPresent();
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void kernelOfThreeDimensionsIsReadAsOneOfTwoWithAsManySlices(EstimatorSpec estimator) {
    double[] weights = values(24 * 20 * 2 * 3 * 2);

    Outcome three =
        analysis.analyse(Weights.tensor(List.of(24L, 20L, 2L, 3L, 2L), weights), estimator);
    Outcome two = analysis.analyse(Weights.tensor(List.of(24L, 20L, 6L, 2L), weights), estimator);

    assertThat(three).isInstanceOf(Outcome.Analysed.class);
    assertThat(three).usingRecursiveComparison().ignoringFields("computeNanos").isEqualTo(two);
  }

  @Test
  void layoutOfAKernelOfThreeDimensionsMayBeAnyOrder() {
    double[] weights = values(8 * 6 * 2 * 3 * 2);
    double[] turned = new double[weights.length];
    int[] shape = {8, 6, 2, 3, 2};
    for (int i = 0; i < weights.length; i++) {
      int width = i % 2;
      int height = i / 2 % 3;
      int depth = i / 6 % 2;
      int in = i / 12 % 6;
      int out = i / 72;
      turned[(((width * shape[3] + height) * shape[2] + depth) * shape[1] + in) * shape[0] + out] =
          weights[i];
    }

    Outcome outcome =
        analysis.analyse(
            Weights.tensor(
                List.of(2L, 3L, 2L, 6L, 8L), Map.of(SafeTensor.LAYOUT, "kW,kH,kD,in,out"), turned),
            EstimatorSpec.DEFAULT);

    assertThat(outcome)
        .usingRecursiveComparison()
        .ignoringFields("computeNanos")
        .isEqualTo(
            analysis.analyse(
                Weights.tensor(List.of(8L, 6L, 2L, 3L, 2L), weights), EstimatorSpec.DEFAULT));
  }

  private Outcome.Analysed analysed(SafeTensor tensor, EstimatorSpec estimator) {
    Outcome outcome = analysis.analyse(tensor, estimator);
    assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
    return (Outcome.Analysed) outcome;
  }

  private static void assertSame(Outcome.Analysed actual, Outcome.Analysed expected) {
    assertThat(actual.alpha()).isEqualTo(expected.alpha(), within(ROUNDING));
    assertThat(actual.metrics()).containsOnlyKeys(expected.metrics().keySet());
    assertThat(actual.metrics().get(Metric.LARGEST_ALPHA.key()))
        .isEqualTo(expected.metrics().get(Metric.LARGEST_ALPHA.key()), within(ROUNDING));
  }

  private static double mean(List<Outcome.Analysed> outcomes, String number) {
    return outcomes.stream().mapToDouble(each -> each.numbers().get(number)).sum() / MEMBERS;
  }

  /** The three matrices, in a tensor whose axes lie as the layout says. */
  private static SafeTensor stack(String layout, List<Long> shape) {
    List<String> axes = List.of(layout.split(","));
    double[] values = new double[MEMBERS * OUT * IN];
    for (int k = 0; k < MEMBERS; k++) {
      double[] member = member(k);
      for (int out = 0; out < OUT; out++) {
        for (int in = 0; in < IN; in++) {
          int at = 0;
          for (int axis = 0; axis < axes.size(); axis++) {
            int index = Map.of("stack", k, "out", out, "in", in).get(axes.get(axis));
            at = at * shape.get(axis).intValue() + index;
          }
          values[at] = member[out * IN + in];
        }
      }
    }
    return Weights.tensor(shape, Map.of(SafeTensor.LAYOUT, layout), values);
  }

  private static double[] member(int k) {
    return Arrays.stream(Weights.gaussian(OUT * IN, 10 + k)).map(w -> w * (k + 1)).toArray();
  }

  private static double[] values(int count) {
    return Weights.gaussian(count, 5);
  }
}
