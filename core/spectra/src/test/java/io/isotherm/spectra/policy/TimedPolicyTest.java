package io.isotherm.spectra.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicyOptions.Interval;
import io.isotherm.methods.policy.PolicyOptions.Window;
import io.isotherm.methods.policy.PolicySpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class TimedPolicyTest {

  private static final List<LayerDescription> LAYERS =
      List.of(layer("a", Optional.of("a.norm")), layer("b", Optional.empty()));
  private static final long TOTAL_STEPS = 1_000;
  private static final double ROUNDING = 1e-15;

  private PolicyMemory memory = PolicyMemory.EMPTY;

  @Test
  void withoutOptionsEveryDecisionIsTheMapOfItsOwnValues() {
    PolicySpec.Single policy = linear(0, Optional.empty(), Optional.empty());

    assertThat(factors(next(policy, 10, 0, 2, 4))).containsExactly(0.5, 0.5, 1.5);
    assertThat(factors(next(policy, 20, 0, 5, 4))).containsExactly(1.5, 1.5, 0.5);
  }

  @Test
  void smoothedValueIsTheExponentialMeanOfTheMeasurements() {
    PolicySpec.Single policy = linear(0.75, Optional.empty(), Optional.empty());

    assertThat(next(policy, 10, 0, 2, 8).values()).containsExactlyInAnyOrderEntriesOf(ab(2, 8));
    assertThat(next(policy, 20, 0, 6, 4).values()).containsExactlyInAnyOrderEntriesOf(ab(3, 7));
    assertThat(next(policy, 30, 0, 3, 3).values()).containsExactlyInAnyOrderEntriesOf(ab(3, 6));
  }

  @Test
  void valueThatIsKnownFromBeforeCountsOnceInTheMean() {
    // Given
    PolicySpec.Single policy = linear(0.5, Optional.empty(), Optional.empty());
    next(policy, 10, 0, 2, 8);
    Map<String, LayerReading> readings = new HashMap<>();
    readings.put("a", LayerReading.of(20, 4));
    readings.put("b", LayerReading.of(10, 8));

    // When layer b is missing at step 20 and stands in with its last value
    Map<String, Double> first = next(policy, 20, 0, readings, false).values();
    Map<String, Double> again = next(policy, 20, 0, readings, false).values();

    // Then
    assertThat(first).containsExactlyInAnyOrderEntriesOf(ab(3, 8));
    assertThat(again).isEqualTo(first);
  }

  @Test
  void smoothingChangesWhatTheMapIsAppliedTo() {
    // Given
    PolicySpec.Single policy =
        new PolicySpec.Sqrt(
            ALL, Compatibility.SANE, options(0.5, Optional.empty(), Optional.empty()));
    next(policy, 10, 0, 1, 1);

    // When the means are 1 and (1 + 17) / 2 = 9
    List<Double> factors = factors(next(policy, 20, 0, 1, 17));

    // Then
    assertThat(factors.get(0)).isCloseTo(2 * 1 / 4.0, within(ROUNDING));
    assertThat(factors.get(2)).isCloseTo(2 * 3 / 4.0, within(ROUNDING));
  }

  @Test
  void outsideTheWindowTheLastFactorsStayAndBeforeItTheyAreOne() {
    PolicySpec.Single policy = linear(0, Optional.of(new Window.Steps(20, 40)), Optional.empty());

    TimedPolicy.Answer before = next(policy, 19, 0, 2, 4);
    TimedPolicy.Answer within = next(policy, 20, 0, 2, 4);
    TimedPolicy.Answer last = next(policy, 39, 0, 4, 2);
    TimedPolicy.Answer after = next(policy, 40, 0, 2, 4);

    assertThat(factors(before)).containsExactly(1.0, 1.0, 1.0);
    assertThat(roles(before)).containsExactly(Role.HELD, Role.FOLLOWS, Role.HELD);
    assertThat(factors(within)).containsExactly(0.5, 0.5, 1.5);
    assertThat(roles(within)).containsExactly(Role.TUNED, Role.FOLLOWS, Role.TUNED);
    assertThat(factors(last)).containsExactly(1.5, 1.5, 0.5);
    assertThat(factors(after)).containsExactly(1.5, 1.5, 0.5);
    assertThat(roles(after)).containsExactly(Role.HELD, Role.FOLLOWS, Role.HELD);
  }

  @Test
  void windowCanBeAShareOfTheRun() {
    PolicySpec.Single policy = linear(0, Optional.of(new Window.Share(0, 0.2)), Optional.empty());

    assertThat(roles(next(policy, 199, 0, 2, 4))).contains(Role.TUNED);
    assertThat(roles(next(policy, 200, 0, 4, 2))).doesNotContain(Role.TUNED);
  }

  @Test
  void betweenTwoUpdatesTheFactorsStay() {
    PolicySpec.Single policy = linear(0, Optional.empty(), Optional.of(new Interval.Steps(100)));

    assertThat(factors(next(policy, 50, 0, 2, 4))).containsExactly(0.5, 0.5, 1.5);
    assertThat(factors(next(policy, 149, 0, 4, 2))).containsExactly(0.5, 0.5, 1.5);
    assertThat(factors(next(policy, 150, 0, 4, 2))).containsExactly(1.5, 1.5, 0.5);
    assertThat(factors(next(policy, 249, 0, 2, 4))).containsExactly(1.5, 1.5, 0.5);
  }

  @Test
  void updatesCanBeCountedInEpochs() {
    PolicySpec.Single policy = linear(0, Optional.empty(), Optional.of(new Interval.Epochs(2)));

    assertThat(factors(next(policy, 0, 0, 2, 4))).containsExactly(0.5, 0.5, 1.5);
    assertThat(factors(next(policy, 10, 1, 4, 2))).containsExactly(0.5, 0.5, 1.5);
    assertThat(factors(next(policy, 20, 2, 4, 2))).containsExactly(1.5, 1.5, 0.5);
  }

  @Test
  void onHoldTheFactorsStayAndTheMeanGoesOn() {
    // Given
    PolicySpec.Single policy = linear(0.5, Optional.empty(), Optional.empty());
    next(policy, 10, 0, 2, 4);

    // When
    TimedPolicy.Answer held = next(policy, 20, 0, readings(20, 6, 4), true);
    TimedPolicy.Answer resumed = next(policy, 30, 0, 8, 4);

    // Then the mean of a is 2, 4, 6
    assertThat(factors(held)).containsExactly(0.5, 0.5, 1.5);
    assertThat(roles(held)).containsExactly(Role.HELD, Role.FOLLOWS, Role.HELD);
    assertThat(resumed.values()).containsExactlyInAnyOrderEntriesOf(ab(6, 4));
    assertThat(factors(resumed)).containsExactly(1.5, 1.5, 0.5);
  }

  @Test
  void holdBeforeTheFirstUpdateIsTheBaseRate() {
    assertThat(
            factors(
                next(
                    linear(0, Optional.empty(), Optional.empty()),
                    10,
                    0,
                    readings(10, 2, 4),
                    true)))
        .containsExactly(1.0, 1.0, 1.0);
  }

  @Test
  void anotherPolicyTakesOverTheFactorsUntilItActs() {
    // Given
    next(linear(0.5, Optional.empty(), Optional.empty()), 10, 0, 2, 4);
    PolicySpec.Single next = linear(0, Optional.of(new Window.Steps(20, 30)), Optional.empty());

    // When
    memory = memory.handedOver();

    // Then
    assertThat(factors(next(next, 15, 0, 4, 2))).containsExactly(0.5, 0.5, 1.5);
    assertThat(factors(next(next, 20, 0, 4, 2))).containsExactly(1.5, 1.5, 0.5);
  }

  @Test
  void baselineTakesTheFactorsBack() {
    // Given
    next(linear(0, Optional.empty(), Optional.empty()), 10, 0, 2, 4);

    // When
    TimedPolicy.Answer baseline = next(new PolicySpec.Constant(), 20, 0, 2, 4);

    // Then
    assertThat(factors(baseline)).containsOnly(1.0);
    assertThat(roles(baseline)).containsExactly(Role.EXCLUDED, Role.FOLLOWS, Role.EXCLUDED);
    assertThat(memory.factors()).isEmpty();
  }

  /** Of the published runs: every 100 steps in the first fifth, embedding and head at the top. */
  @Test
  void llrActsInTheFirstFifthOfTheRun() {
    // Given
    PolicySpec.Single llr = PolicySpec.Linear.llr().onLearningRate();
    List<LayerDescription> layers =
        List.of(
            layer("embed_tokens", Optional.empty()),
            layer("a", Optional.empty()),
            layer("b", Optional.empty()),
            layer("lm_head", Optional.empty()));
    Map<String, LayerReading> readings = readings(0, 2, 4);
    readings.put("embed_tokens", LayerReading.of(0, 2.5));

    // When
    TimedPolicy.Answer start =
        TimedPolicy.next(llr, layers, readings, new DecisionTime(0, 0, 1_000, false), memory);
    TimedPolicy.Answer soon =
        TimedPolicy.next(
            llr, layers, readings(99, 4, 2), new DecisionTime(99, 0, 1_000, false), start.memory());
    TimedPolicy.Answer late =
        TimedPolicy.next(
            llr,
            layers,
            readings(200, 4, 2),
            new DecisionTime(200, 0, 1_000, false),
            soon.memory());

    // Then
    assertThat(factors(start)).containsExactly(5.0, 1.0, 5.0, 5.0);
    assertThat(factors(soon)).isEqualTo(factors(start));
    assertThat(factors(late)).isEqualTo(factors(start));
  }

  private static final LayerSelection ALL = new LayerSelection(false, false, 0);

  private TimedPolicy.Answer next(
      PolicySpec.Single policy, long step, int epoch, double a, double b) {
    return next(policy, step, epoch, readings(step, a, b), false);
  }

  private TimedPolicy.Answer next(
      PolicySpec.Single policy,
      long step,
      int epoch,
      Map<String, LayerReading> readings,
      boolean hold) {
    TimedPolicy.Answer answer =
        TimedPolicy.next(
            policy, LAYERS, readings, new DecisionTime(step, epoch, TOTAL_STEPS, hold), memory);
    memory = answer.memory();
    return answer;
  }

  private static Map<String, LayerReading> readings(long step, double a, double b) {
    Map<String, LayerReading> readings = new HashMap<>();
    readings.put("a", LayerReading.of(step, a));
    readings.put("b", LayerReading.of(step, b));
    return readings;
  }

  private static Map<String, Double> ab(double a, double b) {
    return Map.of("a", a, "b", b);
  }

  private static List<Double> factors(TimedPolicy.Answer answer) {
    return answer.factors().stream().map(LayerFactor::factor).toList();
  }

  private static List<Role> roles(TimedPolicy.Answer answer) {
    return answer.factors().stream().map(LayerFactor::role).toList();
  }

  private static PolicySpec.Single linear(
      double smoothing, Optional<Window> window, Optional<Interval> every) {
    return new PolicySpec.Linear(
        0.5,
        1.5,
        ALL,
        Compatibility.SANE,
        Optional.empty(),
        false,
        options(smoothing, window, every));
  }

  private static PolicyOptions options(
      double smoothing, Optional<Window> window, Optional<Interval> every) {
    return new PolicyOptions(
        PolicyOptions.ALPHA, List.of(), Optional.empty(), smoothing, 0, window, every);
  }

  private static LayerDescription layer(String name, Optional<String> norm) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), norm, OptionalInt.empty());
  }
}
