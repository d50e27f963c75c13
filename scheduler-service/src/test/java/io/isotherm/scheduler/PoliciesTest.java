package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.linear;
import static io.isotherm.scheduler.Samples.outcome;
import static io.isotherm.scheduler.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.control.Control.Command;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.scheduler.rules.DropReason;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.isotherm.spectra.policy.PolicyMemory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What runs can ask of their policies, and people of the runs, through the whole topology. */
class PoliciesTest {

  private static final PolicySpec BASELINE = new PolicySpec.Constant();

  @TempDir Path stateDir;
  private TestScheduler scheduler;

  @BeforeEach
  void start() {
    scheduler = new TestScheduler(stateDir);
  }

  @AfterEach
  void stop() {
    scheduler.close();
  }

  @Test
  void hybridPolicyDecidesOnWeightDecayToo() {
    // Given
    PolicySpec hybrid =
        new PolicySpec.Hybrid(
            linear(PolicyOptions.DEFAULT),
            linear(options("alpha", Optional.of(new PolicyOptions.Clamp(0.75, 1.25)), 0, 20)));
    scheduler.describe(run("r", INCARNATION, hybrid, Map.of()));

    // When
    Decision decision = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // Then
    assertThat(factors(decision)).containsExactly(0.5, 0.5, 0.75, 1.5);
    assertThat(decision.layers())
        .extracting(layer -> layer.weightDecay().orElseThrow().factor())
        .containsExactly(0.75, 0.75, 0.75, 1.25);
    assertThat(decision.layers().get(1).weightDecay().orElseThrow().role()).isEqualTo(Role.FOLLOWS);
    assertThat(decision.rampSteps()).isZero();
    assertThat(decision.weightDecayRampSteps()).isEqualTo(20);
  }

  @Test
  void alphaDecayLeavesTheLearningRateAlone() {
    // Given
    PolicySpec decay =
        new PolicySpec.Hybrid(new PolicySpec.Constant(), linear(PolicyOptions.DEFAULT));
    scheduler.describe(run("r", INCARNATION, decay, Map.of()));

    // When
    Decision decision = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // Then
    assertThat(factors(decision)).containsOnly(1.0);
    assertThat(decision.layers())
        .extracting(layer -> layer.weightDecay().orElseThrow().factor())
        .containsExactly(0.5, 0.5, 0.75, 1.5);
  }

  @Test
  void policyCanBeAppliedToAnotherMetricThatTheOutcomesReport() {
    // Given
    scheduler.describe(
        run(
            "r",
            INCARNATION,
            linear(options("stableRank", Optional.empty(), 0, 0)),
            Map.of("by-xmin", linear(options("xmin", Optional.empty(), 0, 0)))));

    // When
    scheduler.arrive(
        with(100, "conv1", 9.0, 20, true),
        with(100, "conv2", 2.0, 10, true),
        with(100, "fc", 3.0, 15, false));

    // Then
    Decision decision = scheduler.decision();
    assertThat(factors(decision)).containsExactly(1.5, 1.5, 0.5, 1.0);
    assertThat(decision.layers().get(0).alpha()).hasValue(9.0);
    assertThat(decision.layers().get(0).metric()).hasValue(20.0);
    Decision shadow = scheduler.shadowDecisions().get(0);
    assertThat(factors(shadow)).containsExactly(1.5, 1.5, 0.5, 1.0);
    assertThat(shadow.layers().get(3).role()).isEqualTo(Role.NO_ALPHA);
  }

  /** An older service does not say what chance gives. */
  @Test
  void policyByWhatChanceLeavesOfAlphaLeavesALayerThatDoesNotSayItAtTheBaseRate() {
    // Given
    scheduler.describe(
        run(
            "r",
            INCARNATION,
            linear(options("alphaExcess", Optional.empty(), 0, 0)),
            Map.of("by-z", linear(options("alphaZ", Optional.empty(), 0, 0)))));

    // When
    scheduler.arrive(
        againstChance(100, "conv1", 2.0, 2.25, 0.125),
        againstChance(100, "conv2", 3.0, 3.5, 0.5),
        outcome("r", INCARNATION, 100, "fc", Samples.alpha(4)));

    // Then
    Decision decision = scheduler.decision();
    assertThat(factors(decision)).containsExactly(1.5, 1.5, 0.5, 1.0);
    assertThat(decision.layers().get(0).metric()).hasValue(-0.25);
    assertThat(decision.layers().get(3).role()).isEqualTo(Role.NO_ALPHA);
    assertThat(decision.layers().get(3).alpha()).hasValue(4.0);
    assertThat(factors(scheduler.shadowDecisions().get(0))).containsExactly(0.5, 0.5, 1.5, 1.0);
  }

  @Test
  void layersAreCountedAsTheEstimatorCountsTheirEigenvalues() {
    // Given outcomes of 100 eigenvalues, whatever the layers' shapes
    PolicySpec policy =
        new PolicySpec.Sqrt(new LayerSelection(false, false, 101), Compatibility.SANE);
    scheduler.describe(run("r", INCARNATION, policy, Map.of()));

    // When
    Decision decision = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // Then
    assertThat(decision.layers()).extracting(LayerRate::role).doesNotContain(Role.TUNED);
  }

  @Test
  void smoothedAlphaGoesFromDecisionToDecision() {
    // Given
    scheduler.describe(
        run("r", INCARNATION, linear(options("alpha", Optional.empty(), 0.5, 0)), Map.of()));
    scheduler.arrive(step(100, 2.0, 3.0, 4.0)).decision();

    // When conv1 goes from 2 to 6, so that its mean is 4, and fc from 4 to 2
    Decision decision = scheduler.arrive(step(200, 6.0, 3.0, 2.0)).decision();

    // Then
    assertThat(factors(decision)).containsExactly(1.5, 1.5, 0.5, 0.5);
    assertThat(decision.layers().get(0).alpha()).hasValue(6.0);
    assertThat(decision.layers().get(0).metric()).hasValue(4.0);
    assertThat(decision.layers().get(2).metric()).isEmpty();
  }

  @Test
  void windowIntervalAndMeanGoTogether() {
    // Given
    PolicyOptions options =
        new PolicyOptions(
            "alpha",
            List.of(),
            Optional.empty(),
            0.5,
            0,
            Optional.of(new PolicyOptions.Window.Share(0, 0.5)),
            Optional.of(new PolicyOptions.Interval.Steps(200)));
    scheduler.describe(run("r", INCARNATION, linear(options), Map.of()));
    scheduler.arrive(step(100, 2.0, 3.0, 4.0)).decision();

    // When
    Decision between = scheduler.arrive(step(200, 6.0, 3.0, 2.0)).decision();
    Decision due = scheduler.arrive(step(300, 4.0, 3.0, 3.0)).decision();
    Decision after = scheduler.arrive(step(500, 1.5, 3.0, 3.0)).decision();

    // Then
    assertThat(factors(between)).containsExactly(0.5, 0.5, 1.0, 1.5);
    assertThat(between.layers()).extracting(LayerRate::role).contains(Role.HELD);
    assertThat(factors(due)).containsExactly(1.5, 1.5, 0.5, 0.5);
    assertThat(factors(after)).isEqualTo(factors(due));
    assertThat(after.revision()).isEqualTo(4);
  }

  @Test
  void shadowsAreDecidedBesideTheirRunAndNeverAmongItsDecisions() {
    // Given
    PolicySpec steeper = PolicySpec.Step.tempBalance();
    scheduler.describe(
        run("r", INCARNATION, BASELINE, Map.of("steeper", Samples.POLICY, "step", steeper)));

    // When
    scheduler.arrive(step(100, 2.0, 2.5, 4.0)).arrive(step(200, 4.0, 2.5, 2.0));

    // Then
    List<Decision> decisions = scheduler.decisions();
    List<Decision> shadows = scheduler.shadowDecisions();
    assertThat(decisions).hasSize(2).allSatisfy(it -> assertThat(it.shadow()).isEmpty());
    assertThat(factors(decisions.get(1))).containsOnly(1.0);
    assertThat(shadows)
        .extracting(it -> it.shadow().orElseThrow() + it.revision())
        .containsExactly("steeper1", "step1", "steeper2", "step2");
    assertThat(factors(shadows.get(0))).containsExactly(0.5, 0.5, 0.75, 1.5);
    assertThat(factors(shadows.get(2))).containsExactly(1.5, 1.5, 0.75, 0.5);
    assertThat(shadows.get(1).policy()).isEqualTo(steeper);
    assertThat(decisions).extracting(Decision::id).doesNotHaveDuplicates();
    assertThat(shadows)
        .extracting(Decision::id)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(decisions.stream().map(Decision::id).toList());
    assertThat(scheduler.count(SchedulerMetrics.SHADOW_DECISIONS)).isEqualTo(4);
  }

  @Test
  void shadowThatFailsStopsNobodyElse() {
    // Given
    stop();
    scheduler =
        new TestScheduler(
            stateDir,
            Map.of(),
            (policy, layers, numbers, at, track) ->
                policy instanceof PolicySpec.Constant
                    ? Samples.answer("conv1", Double.NaN)
                    : PolicyAnswer.next(policy, layers, numbers, at, track));
    scheduler.describe(
        run("r", INCARNATION, Samples.POLICY, Map.of("bad", BASELINE, "good", Samples.POLICY)));

    // When
    scheduler.arrive(step(100, 2.0, 2.5, 4.0));

    // Then
    assertThat(scheduler.decisions()).hasSize(1);
    assertThat(scheduler.shadowDecisions())
        .extracting(Decision::shadow)
        .containsExactly(Optional.of("good"));
    assertThat(scheduler.count(SchedulerMetrics.WITHHELD)).isEqualTo(1);
  }

  @Test
  void holdKeepsTheFactorsFromTheNextDecisionOnUntilResumed() {
    // Given
    scheduler.describe(run("r", INCARNATION, Samples.POLICY, Map.of("shadow", Samples.POLICY)));
    Decision before = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // When
    Decision held =
        scheduler.control(new Command.Hold()).arrive(step(200, 4.0, 2.5, 2.0)).decision();
    Decision stillHeld = scheduler.arrive(step(300, 4.0, 2.0, 3.0)).decision();
    Decision resumed =
        scheduler.control(new Command.Resume()).arrive(step(400, 4.0, 2.0, 3.0)).decision();

    // Then
    assertThat(before.hold()).isEmpty();
    assertThat(held.hold()).contains(new Signature("ada", 1_000));
    assertThat(factors(held)).isEqualTo(factors(before));
    assertThat(held.layers())
        .extracting(LayerRate::role)
        .containsExactly(Role.HELD, Role.FOLLOWS, Role.HELD, Role.HELD);
    assertThat(held.layers().get(0).alpha()).hasValue(4.0);
    assertThat(factors(stillHeld)).isEqualTo(factors(before));
    assertThat(resumed.hold()).isEmpty();
    assertThat(factors(resumed)).containsExactly(1.5, 1.5, 0.5, 1.0);
    assertThat(resumed.revision()).isEqualTo(4);
  }

  @Test
  void shadowsGoOnWhileTheirRunIsOnHold() {
    // Given
    scheduler.describe(run("r", INCARNATION, Samples.POLICY, Map.of("shadow", Samples.POLICY)));
    scheduler.control(new Command.Hold());

    // When
    scheduler.arrive(step(100, 2.0, 2.5, 4.0));

    // Then
    assertThat(factors(scheduler.decision())).containsOnly(1.0);
    assertThat(factors(scheduler.shadowDecisions().get(0))).containsExactly(0.5, 0.5, 0.75, 1.5);
  }

  @Test
  void anotherPolicyDecidesFromTheNextDecisionOnAndSaysWhoSetIt() {
    // Given
    scheduler.describe(run("r"));
    scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // When
    Decision changed =
        scheduler
            .control(new Command.ChangePolicy(BASELINE))
            .arrive(step(200, 4.0, 2.5, 2.0))
            .decision();
    scheduler.describe(run("r").in(RunPhase.RUNNING));

    // Then
    assertThat(changed.policy()).isEqualTo(BASELINE);
    assertThat(changed.policyBy()).contains(new Signature("ada", 1_000));
    assertThat(factors(changed)).containsOnly(1.0);
    assertThat(scheduler.state("r").policy()).isEqualTo(BASELINE);
  }

  @Test
  void controlIsInForceFromTheNextDecisionOnEvenInTheMiddleOfAStep() {
    // Given
    scheduler.describe(run("r"));
    scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();
    LayerOutcome[] next = step(200, 4.0, 2.5, 2.0);
    scheduler.arrive(next[0]);

    // When
    scheduler.control(new Command.ChangePolicy(BASELINE));

    // Then
    assertThat(scheduler.arrive(next[1], next[2]).decision().policy()).isEqualTo(BASELINE);
  }

  @Test
  void policyByAnotherMetricInTheMiddleOfAStepDecidesAllLayersOfThatStepByIt() {
    // Given a step that is half in
    PolicySpec byRank = linear(options("stableRank", Optional.empty(), 0, 0));
    scheduler.describe(run("r", INCARNATION, Samples.POLICY, Map.of("shadow", Samples.POLICY)));
    scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();
    scheduler.arrive(with(200, "conv1", 9.0, 20, true));

    // When
    scheduler.control(new Command.ChangePolicy(byRank));
    Decision decision =
        scheduler
            .arrive(with(200, "conv2", 2.0, 10, true), with(200, "fc", 3.0, 15, true))
            .decision();

    // Then
    assertThat(decision.policy()).isEqualTo(byRank);
    assertThat(factors(decision)).containsExactly(1.5, 1.5, 0.5, 1.0);
    assertThat(decision.layers())
        .extracting(LayerRate::role)
        .containsExactly(Role.TUNED, Role.FOLLOWS, Role.TUNED, Role.TUNED);
    assertThat(decision.layers().get(0).metric()).hasValue(20.0);
  }

  @Test
  void policyByAnotherMetricKnowsItOfALayerThatIsMissing() {
    // Given a layer whose last outcome came under a policy by alpha
    PolicySpec byRank = linear(options("stableRank", Optional.empty(), 0, 0));
    scheduler.describe(run("r"));
    scheduler.arrive(
        with(100, "conv1", 2.0, 20, true),
        with(100, "conv2", 3.0, 10, true),
        with(100, "fc", 4.0, 15, true));
    scheduler.decision();

    // When it is late for the first decision by rank
    scheduler.control(new Command.ChangePolicy(byRank));
    scheduler.arrive(with(200, "conv2", 3.0, 10, true), with(200, "fc", 4.0, 15, true));
    scheduler.wait(Duration.ofSeconds(31));

    // Then
    Decision decision = scheduler.decision();
    assertThat(decision.missing()).containsExactly("conv1");
    assertThat(factors(decision)).containsExactly(1.5, 1.5, 0.5, 1.0);
  }

  @Test
  void shadowThatIsRedefinedForgetsItsPast() {
    // Given
    PolicySpec smooth = linear(options("alpha", Optional.empty(), 0.5, 0));
    PolicySpec smoother = linear(options("alpha", Optional.empty(), 0.75, 0));
    scheduler.describe(run("r", INCARNATION, BASELINE, Map.of("a", smooth, "b", smooth)));
    scheduler.arrive(step(100, 2.0, 2.0, 2.0));

    // When
    scheduler.describe(run("r", INCARNATION, BASELINE, Map.of("a", smoother, "b", smooth)));
    scheduler.arrive(step(200, 2.0, 3.0, 4.0));

    // Then the means of a are what was measured last
    assertThat(scheduler.state("r").tracks().shadows().get("a").learningRate().smoothed())
        .containsEntry("fc", new PolicyMemory.Smoothed(200, 4));
    assertThat(scheduler.state("r").tracks().shadows().get("b").learningRate().smoothed())
        .containsEntry("fc", new PolicyMemory.Smoothed(200, 3));
  }

  @Test
  void nothingIsKeptOfAShadowThatDoesNotRemember() {
    scheduler.describe(run("r", INCARNATION, Samples.POLICY, Map.of("shadow", Samples.POLICY)));

    scheduler.arrive(step(100, 2.0, 2.5, 4.0));

    assertThat(scheduler.shadowDecisions()).hasSize(1);
    assertThat(scheduler.state("r").tracks().shadows()).isEmpty();
  }

  @Test
  void idIsAnotherOneWithinOtherBounds() {
    // Given
    scheduler.describe(run("r"));
    Decision first = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // When the same is decided within other bounds
    stop();
    scheduler =
        new TestScheduler(
            stateDir.resolve("anew"),
            Map.of("isotherm.scheduler.max-factor", "1.25"),
            PolicyAnswer::next);
    scheduler.describe(run("r"));
    Decision bounded = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();

    // Then
    assertThat(factors(bounded)).containsExactly(0.5, 0.5, 0.75, 1.25);
    assertThat(bounded.id()).isNotEqualTo(first.id());
  }

  @Test
  void newIncarnationStartsWithoutTheControlsOfTheOldOne() {
    // Given
    scheduler.describe(run("r"));
    scheduler.control(new Command.Hold()).control(new Command.ChangePolicy(BASELINE));

    // When
    scheduler.describe(run("r", INCARNATION + 1));
    for (LayerOutcome outcome : step(100, 2.0, 2.5, 4.0)) {
      scheduler.arrive(
          outcome("r", INCARNATION + 1, 100, outcome.snapshot().layer(), outcome.outcome()));
    }

    // Then
    Decision decision = scheduler.decision();
    assertThat(decision.policy()).isEqualTo(Samples.POLICY);
    assertThat(decision.hold()).isEmpty();
    assertThat(decision.policyBy()).isEmpty();
  }

  @Test
  void controlOfAnUnknownAnEndedOrAnotherIncarnationChangesNothingAndIsCounted() {
    // Given
    RunDescription run = run("r");

    // When
    scheduler.control(new Command.Hold());
    scheduler.describe(run);
    scheduler.control(INCARNATION - 1, new Command.Hold());
    scheduler.control(INCARNATION + 1, new Command.Hold());
    Decision decision = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();
    scheduler.describe(run.in(RunPhase.RUNNING.finish(100))).control(new Command.Hold());

    // Then
    assertThat(decision.hold()).isEmpty();
    assertThat(scheduler.dropped(DropReason.FOREIGN_CONTROL)).isEqualTo(4);
    assertThat(scheduler.state("r").controls().hold()).isEmpty();
  }

  @Test
  void descriptionWithAnotherPolicyTakesTheFactorsInForceOver() {
    // Given a policy that acts later
    scheduler.describe(run("r"));
    Decision before = scheduler.arrive(step(100, 2.0, 2.5, 4.0)).decision();
    PolicySpec later =
        linear(
            new PolicyOptions(
                "alpha",
                List.of(),
                Optional.empty(),
                0,
                0,
                Optional.of(new PolicyOptions.Window.Steps(500, 600)),
                Optional.empty()));

    // When
    scheduler.describe(run("r", INCARNATION, later, Map.of()));

    // Then
    Decision held = scheduler.arrive(step(200, 4.0, 2.5, 2.0)).decision();
    assertThat(held.policy()).isEqualTo(later);
    assertThat(factors(held)).isEqualTo(factors(before));
  }

  @Test
  void whatIsDroppedIsCountedWithTheRunAndIsNoSignOfLife() {
    // Given
    scheduler.describe(run("r"));
    scheduler.arrive(step(100, 2.0, 2.5, 4.0));
    long changedAt = scheduler.state("r").liveness().changedAtMillis();

    // When
    scheduler.wait(Duration.ofSeconds(60));
    scheduler.arrive(step(100, 2.0, 2.5, 4.0));
    scheduler.arrive(outcome("r", INCARNATION - 1, 100, "fc", Samples.alpha(2)));
    scheduler.arrive(analysed("r", 200, "unknown", 3));

    // Then
    assertThat(scheduler.state("r").dropped())
        .containsOnly(
            Map.entry("late", 3L),
            Map.entry("older-incarnation", 1L),
            Map.entry("unknown-layer", 1L));
    assertThat(scheduler.state("r").liveness().changedAtMillis()).isEqualTo(changedAt);
  }

  @Test
  void unreadableControlGoesToDeadLetters() {
    // When
    scheduler.send(Topic.CONTROLS, "r", new RecordHeaders(), new byte[] {1});

    // Then
    assertThat(scheduler.records(Topic.DEAD_LETTERS)).hasSize(1);
  }

  private static PolicyOptions options(
      String metric, Optional<PolicyOptions.Clamp> clamp, double smoothing, long rampSteps) {
    return new PolicyOptions(
        metric, List.of(), clamp, smoothing, rampSteps, Optional.empty(), Optional.empty());
  }

  private static LayerOutcome with(
      long step, String layer, double alpha, double stableRank, boolean hasXmin) {
    Outcome.Analysed plain = Samples.alpha(alpha);
    return outcome(
        "r",
        INCARNATION,
        step,
        layer,
        new Outcome.Analysed(
            plain.alpha(),
            plain.ksDistance(),
            hasXmin ? OptionalDouble.of(stableRank / 10) : OptionalDouble.empty(),
            hasXmin ? plain.xminIndex() : OptionalLong.empty(),
            plain.eigenvalueCount(),
            plain.spectralNorm(),
            plain.frobeniusNorm(),
            stableRank,
            plain.alphaHat(),
            plain.entropy(),
            plain.histogram(),
            plain.metrics(),
            plain.solver(),
            plain.precision(),
            plain.computeNanos()));
  }

  private static LayerOutcome againstChance(
      long step, String layer, double alpha, double alphaNull, double spread) {
    return outcome(
        "r",
        INCARNATION,
        step,
        layer,
        Samples.alpha(alpha).against(Chance.of(alpha, alphaNull, spread, 1, Chance.Basis.DRAWN)));
  }

  private static LayerOutcome[] step(long step, double... alphas) {
    return new LayerOutcome[] {
      analysed("r", step, "conv1", alphas[0]),
      analysed("r", step, "conv2", alphas[1]),
      analysed("r", step, "fc", alphas[2])
    };
  }

  private static List<Double> factors(Decision decision) {
    return decision.layers().stream().map(LayerRate::factor).toList();
  }
}
