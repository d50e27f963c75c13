package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicyOptions.Interval;
import io.isotherm.methods.policy.PolicyOptions.Window;
import io.isotherm.methods.policy.PolicySpec;
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
  private static final PolicySpec HYBRID = new PolicySpec.Hybrid(linear("alpha"), linear(RANK));

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
    PolicyAnswer answer = next(HYBRID, OPPOSED, 10, PolicyTrack.EMPTY);

    assertThat(factors(answer.learningRate())).containsExactly(0.5, 1.5);
    assertThat(factors(answer.weightDecay().orElseThrow())).containsExactly(1.5, 0.5);
    assertThat(answer.values(HYBRID)).isEqualTo(Map.of("a", 2.0, "b", 4.0));
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
        new PolicySpec.Hybrid(
            linear("alpha", Optional.empty(), Optional.of(new Interval.Steps(100))), linear(RANK));
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
  void weightDecayStaysOnHoldAlsoUnderAPolicyThatDoesNotSetIt() {
    // Given
    PolicyTrack track = afterAHybrid().handedOver();

    // When
    PolicyAnswer held = onHold(linear("alpha"), 20, track);
    PolicyAnswer resumed = next(linear("alpha"), OPPOSED, 30, held.track());
    PolicyAnswer again = onHold(HYBRID, 40, resumed.track().handedOver());

    // Then
    assertThat(factors(held.weightDecay().orElseThrow())).containsExactly(1.5, 0.5);
    assertThat(held.weightDecay().orElseThrow().factors())
        .extracting(LayerFactor::role)
        .containsOnly(Role.HELD);
    assertThat(resumed.weightDecay()).isEmpty();
    assertThat(factors(again.weightDecay().orElseThrow())).containsOnly(1.0);
  }

  @Test
  void weightDecayStaysUntilTheNextPolicyActsForTheFirstTime() {
    // Given
    PolicySpec later = linear("alpha", Optional.of(new Window.Steps(30, 40)), Optional.empty());

    // When
    PolicyAnswer before = next(later, OPPOSED, 20, afterAHybrid().handedOver());
    PolicyAnswer within = next(later, OPPOSED, 30, before.track());
    PolicyAnswer after = next(later, OPPOSED, 40, within.track());

    // Then
    assertThat(factors(before.learningRate())).containsExactly(0.5, 1.5);
    assertThat(factors(before.weightDecay().orElseThrow())).containsExactly(1.5, 0.5);
    assertThat(within.weightDecay()).isEmpty();
    assertThat(after.weightDecay()).isEmpty();
  }

  @Test
  void boundsMoveTheFactorsAndNotWhatIsRemembered() {
    PolicyAnswer answer = next(HYBRID, OPPOSED, 10, PolicyTrack.EMPTY);

    PolicyAnswer bounded = answer.within(new FactorBounds(0.75, 1.25));

    assertThat(factors(bounded.learningRate())).containsExactly(0.75, 1.25);
    assertThat(bounded.weightDecayByLayer().get("a").factor()).isEqualTo(1.25);
    assertThat(bounded.track()).isEqualTo(answer.track());
  }

  @Test
  void layerWithoutTheMetricIsOneWithoutAReading() {
    Map<String, Measured> numbers =
        Map.of(
            "a", new Measured(10, Map.of("alpha", 2.0)),
            "b", new Measured(20, Map.of(RANK, 5.0, Metric.EIGENVALUE_COUNT.key(), 49.0)));

    Map<String, LayerReading> readings = LayerNumbers.readings(numbers, RANK);

    assertThat(readings).containsOnlyKeys("b");
    assertThat(readings.get("b").step()).isEqualTo(20);
    assertThat(readings.get("b").value()).isEqualTo(5);
    assertThat(readings.get("b").eigenvalueCount()).hasValue(49);
  }

  private static PolicyAnswer next(
      PolicySpec policy, Map<String, Measured> numbers, long step, PolicyTrack track) {
    return PolicyAnswer.next(
        policy, LAYERS, numbers, new DecisionTime(step, 0, 1_000, false), track);
  }

  private static PolicyTrack afterAHybrid() {
    return next(HYBRID, OPPOSED, 10, PolicyTrack.EMPTY).track();
  }

  private static PolicyAnswer onHold(PolicySpec policy, long step, PolicyTrack track) {
    return PolicyAnswer.next(
        policy, LAYERS, OPPOSED, new DecisionTime(step, 0, 1_000, true), track);
  }

  private static List<Double> factors(TimedPolicy.Answer answer) {
    return answer.factors().stream().map(LayerFactor::factor).toList();
  }

  private static PolicySpec.Single linear(String metric) {
    return linear(metric, Optional.empty(), Optional.empty());
  }

  private static PolicySpec.Single linear(
      String metric, Optional<Window> window, Optional<Interval> every) {
    return new PolicySpec.Linear(
        0.5,
        1.5,
        ALL,
        Compatibility.SANE,
        Optional.empty(),
        false,
        new PolicyOptions(metric, List.of(), Optional.empty(), 0, 0, window, every));
  }

  private static LayerDescription layer(String name) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty());
  }
}
