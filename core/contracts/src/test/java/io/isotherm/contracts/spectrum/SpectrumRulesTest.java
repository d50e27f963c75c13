package io.isotherm.contracts.spectrum;

import static io.isotherm.contracts.spectrum.Chance.Basis.DRAWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpectrumRulesTest {

  private static final List<Long> COUNTS = Collections.nCopies(LogHistogram.BINS, 1L);
  private static final LogHistogram HISTOGRAM = new LogHistogram(-1, 1, COUNTS);
  private static final SortedMap<String, Double> METRICS = Collections.emptySortedMap();
  private static final SnapshotId ID = new SnapshotId("r", 1, 2, 0, "fc");

  static Stream<Arguments> refused() {
    List<Long> withNull = new ArrayList<>(COUNTS);
    withNull.set(99, null);
    List<Long> withNegative = new ArrayList<>(COUNTS);
    withNegative.set(0, -1L);
    return Stream.of(
        rule("alpha must be greater than 1, got: 1.0", () -> analysed(1, 0, 1, 0, 1)),
        rule("alpha must be finite, got: NaN", () -> analysed(Double.NaN, 0, 1, 0, 1)),
        rule(
            "alpha must be finite, got: Infinity",
            () -> analysed(Double.POSITIVE_INFINITY, 0, 1, 0, 1)),
        rule("ksDistance must be 0 or more, got: -0.5", () -> analysed(2, -0.5, 1, 0, 1)),
        rule("xmin must be greater than 0, got: 0.0", () -> analysed(2, 0, 0, 0, 1)),
        rule("xminIndex must be from 0 to 0, got: 1", () -> analysed(2, 0, 1, 1, 1)),
        rule("xminIndex must be from 0 to 0, got: -1", () -> analysed(2, 0, 1, -1, 1)),
        rule("eigenvalueCount must be 1 or more, got: 0", () -> analysed(2, 0, 1, 0, 0)),
        rule("histogram is missing", () -> analysed(null, METRICS, "lapack", 0)),
        rule("solver must not be empty", () -> analysed(HISTOGRAM, METRICS, "", 0)),
        rule(
            "computeNanos must be 0 or more, got: -1", () -> analysed(HISTOGRAM, METRICS, "x", -1)),
        rule(
            "metric 'sigma' must be finite, got: NaN",
            () ->
                analysed(HISTOGRAM, new TreeMap<>(Map.of(Metric.SIGMA.key(), Double.NaN)), "x", 0)),
        rule(
            "metrics must be at most 64, got: 65",
            () -> analysed(HISTOGRAM, numbers(Outcome.Analysed.MAX_METRICS + 1), "x", 0)),
        rule(
            "xmin and xminIndex must be there together, got: OptionalDouble.empty and"
                + " OptionalLong[3]",
            () -> analysed(2, 0, OptionalDouble.empty(), OptionalLong.of(3), 9)),
        rule("alphaNull must be greater than 1, got: 1.0", () -> Chance.of(2, 1, 1, 1, DRAWN)),
        rule(
            "spread of alphaNull must be greater than 0, got: 0.0",
            () -> new Chance(2, 0, 0, 0, 1, DRAWN)),
        rule("alphaZ must be finite, got: NaN", () -> new Chance(2, 1, 0, Double.NaN, 1, DRAWN)),
        rule("basis of alphaNull is missing", () -> Chance.of(2, 2, 1, 1, null)),
        rule(
            "aspect must be above 0 and at most 1, got: 1.5", () -> Chance.of(2, 2, 1, 1.5, DRAWN)),
        rule("reason of a skipped layer must not be empty", () -> new Outcome.Skipped("")),
        rule("cause of a failed layer must not be empty", () -> new Outcome.Failed(null)),
        rule(
            "byIncarnation of a superseded layer must be 1 or more, got: 0",
            () -> new Outcome.Superseded(0, 1)),
        rule(
            "byStep of a superseded layer must be 0 or more, got: -1",
            () -> new Outcome.Superseded(1, -1)),
        rule("a histogram must have 100 bins, got: 1", () -> new LogHistogram(0, 1, List.of(1L))),
        rule(
            "log10Min of a histogram must not exceed log10Max 0.0, got: 1.0",
            () -> new LogHistogram(1, 0, COUNTS)),
        rule(
            "log10Min of a histogram must be finite, got: -Infinity",
            () -> new LogHistogram(Double.NEGATIVE_INFINITY, 0, COUNTS)),
        rule(
            "element 99 of counts of a histogram is missing",
            () -> new LogHistogram(0, 1, withNull)),
        rule(
            "each count of a histogram must be 0 or more, got: -1",
            () -> new LogHistogram(0, 1, withNegative)),
        rule("counts of a histogram is missing", () -> new LogHistogram(0, 1, null)),
        rule(
            "snapshot of an outcome is missing",
            () -> new LayerOutcome(null, EstimatorSpec.DEFAULT, new Outcome.Failed("x"))),
        rule(
            "estimator of an outcome is missing",
            () -> new LayerOutcome(ID, null, new Outcome.Failed("x"))),
        rule(
            "outcome for r/fc@1:2 is missing",
            () -> new LayerOutcome(ID, EstimatorSpec.DEFAULT, null)));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatBreaksARuleIsRefused(String message, ThrowingCallable creation) {
    assertThatIllegalArgumentException().isThrownBy(creation).withMessage(message);
  }

  @Test
  void metricsAreSortedAndCannotBeChanged() {
    SortedMap<String, Double> metrics =
        new TreeMap<>(Map.of(Metric.SPIKES.key(), 12.0, Metric.SIGMA.key(), 0.5));

    SortedMap<String, Double> kept = analysed(HISTOGRAM, metrics, "x", 0).metrics();
    metrics.clear();

    assertThat(kept).containsExactly(Map.entry("sigma", 0.5), Map.entry("spikes", 12.0));
    assertThat(kept).isUnmodifiable();
  }

  @ParameterizedTest
  @CsvSource({"1.99,over-trained", "2,", "6,", "6.01,under-trained"})
  void verdictTellsAlphaOutsideOfTheUsualRange(double alpha, String verdict) {
    assertThat(
            withAlpha(alpha)
                .against(Chance.of(alpha, 2, 0.001, 1, DRAWN))
                .verdict(EstimatorSpec.WeightWatcher.defaults())
                .map(Verdict::label))
        .isEqualTo(Optional.ofNullable(verdict));
  }

  @ParameterizedTest
  @CsvSource({
    "1.625, heavier than random",
    "1.63, like random",
    "2.0, like random",
    "2.37, like random",
    "2.375, lighter than random"
  })
  void verdictOfOtherEstimatorsIsAgainstChance(double alpha, String verdict) {
    Outcome.Analysed numbers = withAlpha(alpha).against(Chance.of(alpha, 2, 0.125, 1, DRAWN));

    assertThat(numbers.verdict(EstimatorSpec.DEFAULT).map(Verdict::label)).hasValue(verdict);
    assertThat(withAlpha(alpha).verdict(EstimatorSpec.DEFAULT)).isEmpty();
  }

  @Test
  void policiesCanBeAppliedToWhatChanceLeavesOfAlpha() {
    Outcome.Analysed numbers = withAlpha(2.5).against(Chance.of(2.5, 2, 0.25, 1, DRAWN));

    assertThat(numbers.numbers())
        .contains(entry("alphaNull", 2.0), entry("alphaExcess", 0.5), entry("alphaZ", 2.0));
    assertThat(withAlpha(2.5).numbers()).doesNotContainKeys("alphaNull", "alphaExcess", "alphaZ");
  }

  private static Arguments rule(String message, ThrowingCallable creation) {
    return arguments(message, creation);
  }

  private static SortedMap<String, Double> numbers(int count) {
    SortedMap<String, Double> numbers = new TreeMap<>();
    IntStream.range(0, count).forEach(i -> numbers.put("number-" + i, 1.0));
    return numbers;
  }

  private static Outcome analysed(
      double alpha, double ksDistance, double xmin, long xminIndex, long count) {
    return analysed(alpha, ksDistance, OptionalDouble.of(xmin), OptionalLong.of(xminIndex), count);
  }

  private static Outcome.Analysed withAlpha(double alpha) {
    return analysed(alpha, 0, OptionalDouble.of(1), OptionalLong.of(0), 1);
  }

  private static Outcome.Analysed analysed(
      double alpha, double ksDistance, OptionalDouble xmin, OptionalLong xminIndex, long count) {
    return new Outcome.Analysed(
        alpha,
        ksDistance,
        xmin,
        xminIndex,
        count,
        1,
        1,
        1,
        0,
        0,
        HISTOGRAM,
        METRICS,
        "lapack",
        "fp64",
        0);
  }

  private static Outcome.Analysed analysed(
      LogHistogram histogram, SortedMap<String, Double> metrics, String solver, long nanos) {
    return new Outcome.Analysed(
        2,
        0,
        OptionalDouble.of(1),
        OptionalLong.of(0),
        1,
        1,
        1,
        1,
        0,
        0,
        histogram,
        metrics,
        solver,
        "fp64",
        nanos);
  }
}
