package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.Compatibility;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.LayerSelection;
import io.isotherm.contracts.run.PolicyOptions;
import io.isotherm.contracts.run.PolicyOptions.Interval;
import io.isotherm.contracts.run.PolicySpec;
import io.isotherm.contracts.spectrum.Metrics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PolicyAnswerTest {

  private static final List<LayerDescription> LAYERS = List.of(layer("a"), layer("b"));
  private static final LayerSelection ALL = new LayerSelection(false, false, 0);
  private static final String RANK = "stableRank";

  private static final Map<String, Measured> OPPOSED =
      Map.of(
          "a", new Measured(10, Map.of("alpha", 2.0, RANK, 9.0)),
          "b", new Measured(10, Map.of("alpha", 4.0, RANK, 5.0)));

  private record Measured(long step, Map<String, Double> numbers) implements LayerNumbers {
    @Override
    public OptionalDouble number(String name) {
      Double number = numbers.get(name);
      return number == null ? OptionalDouble.empty() : OptionalDouble.of(number);
    }
  }

  @Test
  void eachPartOfAHybridLooksAtItsOwnMetric() {
    PolicySpec hybrid = new PolicySpec.Hybrid(linear("alpha"), linear(RANK));

    PolicyAnswer answer = next(hybrid, OPPOSED, 10, PolicyTrack.EMPTY);

    assertThat(factors(answer.learningRate())).containsExactly(0.5, 1.5);
    assertThat(factors(answer.weightDecay().orElseThrow())).containsExactly(1.5, 0.5);
    assertThat(answer.values(hybrid)).isEqualTo(Map.of("a", 2.0, "b", 4.0));
  }

  @Test
  void besideABaselineTheValuesAreThoseOfTheWeightDecay() {
    PolicySpec hybrid = new PolicySpec.Hybrid(new PolicySpec.Constant(), linear(RANK));

    PolicyAnswer answer = next(hybrid, OPPOSED, 10, PolicyTrack.EMPTY);

    assertThat(factors(answer.learningRate())).containsOnly(1.0);
    assertThat(answer.values(hybrid)).isEqualTo(Map.of("a", 9.0, "b", 5.0));
  }

  @Test
  void eachPartRemembersItsOwnPast() {
    // Given
    PolicySpec hybrid =
        new PolicySpec.Hybrid(linear("alpha", Optional.of(new Interval.Steps(100))), linear(RANK));
    PolicyTrack track = next(hybrid, OPPOSED, 10, PolicyTrack.EMPTY).track();
    Map<String, Measured> turned = Map.of("a", OPPOSED.get("b"), "b", OPPOSED.get("a"));

    // When
    PolicyAnswer soon = next(hybrid, turned, 20, track);
    PolicyAnswer later = next(hybrid, turned, 110, soon.track());

    // Then
    assertThat(factors(soon.learningRate())).containsExactly(0.5, 1.5);
    assertThat(factors(soon.weightDecay().orElseThrow())).containsExactly(0.5, 1.5);
    assertThat(factors(later.learningRate())).containsExactly(1.5, 0.5);
  }

  @Test
  void policyOnTheLearningRateKeepsWhatWasRememberedOfWeightDecay() {
    PolicyTrack track =
        next(new PolicySpec.Hybrid(linear("alpha"), linear(RANK)), OPPOSED, 10, PolicyTrack.EMPTY)
            .track();

    PolicyAnswer answer = next(linear("alpha"), OPPOSED, 20, track);

    assertThat(answer.weightDecay()).isEmpty();
    assertThat(answer.track().weightDecay()).isEqualTo(track.weightDecay());
  }

  @Test
  void layerWithoutTheMetricIsOneWithoutAReading() {
    Map<String, Measured> numbers =
        Map.of(
            "a", new Measured(10, Map.of("alpha", 2.0)),
            "b", new Measured(20, Map.of(RANK, 5.0, Metrics.EIGENVALUE_COUNT, 49.0)));

    Map<String, LayerReading> readings = LayerNumbers.readings(numbers, RANK);

    assertThat(readings).containsOnlyKeys("b");
    assertThat(readings.get("b").step()).isEqualTo(20);
    assertThat(readings.get("b").value()).isEqualTo(5);
    assertThat(readings.get("b").eigenvalueCount()).hasValue(49);
  }

  private static PolicyAnswer next(
      PolicySpec policy, Map<String, Measured> numbers, long step, PolicyTrack track) {
    return PolicyAnswer.next(policy, LAYERS, numbers, new Moment(step, 0, 1_000, false), track);
  }

  private static List<Double> factors(PolicyCourse.Answer answer) {
    return answer.factors().stream().map(LayerFactor::factor).toList();
  }

  private static PolicySpec.Single linear(String metric) {
    return linear(metric, Optional.empty());
  }

  private static PolicySpec.Single linear(String metric, Optional<Interval> every) {
    return new PolicySpec.Linear(
        0.5,
        1.5,
        ALL,
        Compatibility.SANE,
        Optional.empty(),
        false,
        new PolicyOptions(metric, List.of(), Optional.empty(), 0, 0, Optional.empty(), every));
  }

  private static LayerDescription layer(String name) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty());
  }
}
