package io.isotherm.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicyOptions;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ReplayTest {

  private static final long INCARNATION = 7;
  private static final LayerSelection ALL = new LayerSelection(false, false, 0);
  private static final PolicySpec LINEAR = new PolicySpec.Linear(0.5, 1.5, ALL, Compatibility.SANE);
  private static final PolicySpec HYBRID =
      new PolicySpec.Hybrid(
          new PolicySpec.Constant(),
          new PolicySpec.Linear(
              0.5,
              1.5,
              ALL,
              Compatibility.SANE,
              Optional.empty(),
              false,
              new PolicyOptions(
                  "stableRank",
                  List.of(),
                  Optional.empty(),
                  0.5,
                  0,
                  Optional.empty(),
                  Optional.empty())));

  private static final RunDescription RUN =
      new RunDescription(
          "demo",
          INCARNATION,
          "",
          List.of(layer("a,\"1\""), layer("b")),
          new BaseSchedule.Constant(0.1),
          LINEAR,
          EstimatorSpec.DEFAULT,
          1_000,
          RunPhase.RUNNING);

  private final List<Decision> decisions = new ArrayList<>();
  private final List<LayerOutcome> outcomes = new ArrayList<>();

  @Test
  void eachStepShowsWhatThePolicyWouldHaveSetBesideWhatWasSet() {
    // Given
    measured(0, 2, 4);
    measured(10, 5, 4);
    decided(1, 0, 0, 2, 4, 0.8, 1.2);
    decided(2, 10, 10, 5, 4, 1.1, 0.9);

    // When
    List<ReplayedLayer> layers = replay(LINEAR);

    // Then
    assertThat(layers).extracting(ReplayedLayer::step).containsExactly(0L, 0L, 10L, 10L);
    assertThat(layers)
        .extracting(layer -> layer.set().orElseThrow())
        .containsExactly(0.8, 1.2, 1.1, 0.9);
    assertThat(layers)
        .extracting(layer -> layer.policies().get(0).factor())
        .containsExactly(0.5, 1.5, 1.5, 0.5);
    assertThat(layers.get(3).alpha()).hasValue(4);
    assertThat(layers.get(3).revision()).hasValue(2);
  }

  @Test
  void layerThatWasMissingIsTakenAsTheSchedulerKnewIt() {
    // Given a decision at step 10 from b's alpha of step 0, whose outcome came too late
    measured(0, 2, 4);
    measured(10, 3, 1.5);
    decided(1, 0, 0, 2, 4, 1, 1);
    decided(2, 10, 0, 3, 4, 1, 1);

    // When
    List<ReplayedLayer> layers = replay(LINEAR);

    // Then
    assertThat(layers.get(3).alpha()).hasValue(4);
    assertThat(layers.get(3).policies().get(0).factor()).isEqualTo(1.5);
  }

  @Test
  void completeStepThatNobodyDecidedIsReplayedToo() {
    // Given
    measured(0, 2, 4);
    outcomes.add(outcome(10, "b", 1.5, INCARNATION));

    // When
    List<ReplayedLayer> layers = replay(LINEAR);

    // Then the incomplete one is not
    assertThat(layers).extracting(ReplayedLayer::step).containsExactly(0L, 0L);
    assertThat(layers.get(0).set()).isEmpty();
    assertThat(layers.get(1).policies().get(0).factor()).isEqualTo(1.5);
  }

  @Test
  void layerThatWasSkippedHasNoAlphaAtAStepThatNobodyDecided() {
    // Given b without an alpha at step 10, and still without news at step 20
    measured(0, 2, 4);
    outcomes.add(outcome(10, "a,\"1\"", 2.0, INCARNATION));
    outcomes.add(outcome(10, "b", new Outcome.Skipped("all 4096 weights are 0")));
    outcomes.add(outcome(20, "a,\"1\"", 2.0, INCARNATION));
    outcomes.add(outcome(20, "b", new Outcome.Failed("no memory")));

    // When
    List<ReplayedLayer> layers = replay(LINEAR);

    // Then
    assertThat(layers.get(1).policies().get(0).role()).isEqualTo(Role.TUNED);
    assertThat(List.of(layers.get(3), layers.get(5)))
        .allSatisfy(
            b -> {
              assertThat(b.alpha()).isEmpty();
              assertThat(b.policies().get(0).role()).isEqualTo(Role.NO_ALPHA);
              assertThat(b.policies().get(0).factor()).isEqualTo(1);
            });
  }

  @Test
  void layerThatFailedOrWasOvertakenKeepsItsAlphaAtAStepThatNobodyDecided() {
    // Given
    measured(0, 2, 4);
    outcomes.add(outcome(10, "a,\"1\"", new Outcome.Failed("no memory")));
    outcomes.add(outcome(10, "b", new Outcome.Superseded(INCARNATION, 12)));

    // When
    List<ReplayedLayer> layers = replay(LINEAR);

    // Then
    assertThat(layers).extracting(ReplayedLayer::step).containsExactly(0L, 0L, 10L, 10L);
    assertThat(layers.subList(2, 4))
        .extracting(layer -> layer.policies().get(0).factor())
        .containsExactly(0.5, 1.5);
  }

  @Test
  void policyRemembersAndMayUseAnyMetricAndWeightDecay() {
    // Given stable ranks 20 and 40, then 100 and 40: means 60 and 40
    measured(0, 2, 4);
    measured(10, 10, 4);
    decided(1, 0, 0, 2, 4, 1, 1);
    decided(2, 10, 10, 10, 4, 1, 1);

    // When
    List<ReplayedLayer> layers = replay(HYBRID, LINEAR);

    // Then
    assertThat(layers)
        .extracting(layer -> layer.policies().get(0).weightDecayFactor().orElseThrow())
        .containsExactly(0.5, 1.5, 1.5, 0.5);
    assertThat(layers).extracting(layer -> layer.policies().get(0).factor()).containsOnly(1.0);
    assertThat(layers.get(0).policies().get(1).weightDecayFactor()).isEmpty();
  }

  @Test
  void factorsStayWithinTheSchedulersBounds() {
    // Given
    measured(0, 2, 4);
    PolicySpec.Single beyond = new PolicySpec.Linear(0.001, 1000, ALL, Compatibility.SANE);

    // When
    List<ReplayedLayer> layers = replay(new PolicySpec.Hybrid(beyond, beyond));

    // Then
    assertThat(layers)
        .extracting(layer -> layer.policies().get(0).factor())
        .containsExactly(0.01, 100.0);
    assertThat(layers)
        .extracting(layer -> layer.policies().get(0).weightDecayFactor().orElseThrow())
        .containsExactly(0.01, 100.0);
  }

  @Test
  void otherIncarnationsDoNotCount() {
    // Given
    measured(0, 2, 4);
    outcomes.add(outcome(0, "b", 1.5, INCARNATION - 1));

    // When
    List<ReplayedLayer> layers = replay(LINEAR);

    // Then
    assertThat(layers.get(1).alpha()).hasValue(4);
  }

  @Test
  void csvQuotesNamesAndLeavesEmptyWhatIsNotThere() {
    // Given
    measured(0, 2, 4);

    // When
    String text = printed(ReplayCsv::new, LINEAR, HYBRID);

    // Then
    assertThat(text.lines())
        .containsExactly(
            "run,incarnation,step,epoch,revision,layer,alpha,set,factor,versus,weightDecaySet,"
                + "weightDecayFactor,weightDecayVersus",
            "demo,7,0,0,,\"a,\"\"1\"\"\",2.0,,0.5,1.0,,,0.5",
            "demo,7,0,0,,b,4.0,,1.5,1.0,,,1.5");
  }

  @Test
  void jsonIsOneObjectPerStepAndLayer() {
    // Given
    measured(0, 2, 4);
    decided(1, 0, 0, 2, 4, 0.8, 1.2);

    // When
    String text = printed(ReplayJson::new, LINEAR);

    // Then
    assertThat(text.lines())
        .hasSize(2)
        .last()
        .isEqualTo(
            "{\"run\":\"demo\",\"incarnation\":7,\"step\":0,\"epoch\":0,\"revision\":1,"
                + "\"layer\":\"b\",\"alpha\":4.0,\"set\":1.2,\"factor\":1.5,\"versus\":null,"
                + "\"weightDecaySet\":null,\"weightDecayFactor\":null,\"weightDecayVersus\":null}");
  }

  @Test
  void tableHasABlockPerStepAndSaysHowFarThePolicyIs() {
    // Given
    measured(0, 2, 4);
    measured(10, 5, 4);
    decided(1, 0, 0, 2, 4, 0.8, 1.2);
    decided(2, 10, 10, 5, 4, 1.0, 0.9);

    // When
    String text = printed(out -> new ReplayTable(out, List.of("linear")), LINEAR);

    // Then
    assertThat(text.lines())
        .containsExactly(
            "  layer  epoch  step  alpha    set  linear",
            "  a,\"1\"      0     0  2.000  0.800   0.500",
            "  b          0     0  4.000  1.200   1.500",
            "",
            "  a,\"1\"      1    10  5.000  1.000   1.500",
            "  b          1    10  4.000  0.900   0.500",
            "",
            "Summary",
            "  run demo, incarnation 7: steps shown 2, decided 2",
            "  linear from what was set: 0.375 in the mean, at most +0.500 (a,\"1\" at step 10)");
  }

  private interface Reports {
    ReplayReport on(Terminal terminal);
  }

  private String printed(Reports reports, PolicySpec... policies) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Terminal terminal =
        new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), false, false, 80);
    reports.on(terminal).print(recorded(), replay(policies));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private List<ReplayedLayer> replay(PolicySpec... policies) {
    return Replay.of(recorded(), List.of(policies));
  }

  private RecordedRun recorded() {
    return RecordedRun.of(RUN, decisions, outcomes);
  }

  private void measured(long step, double a, double b) {
    outcomes.add(outcome(step, "a,\"1\"", a, INCARNATION));
    outcomes.add(outcome(step, "b", b, INCARNATION));
  }

  /** Stable rank is ten times alpha. */
  private static LayerOutcome outcome(long step, String layer, double alpha, long incarnation) {
    return outcome(
        step,
        layer,
        incarnation,
        new Outcome.Analysed(
            alpha,
            0.05,
            OptionalDouble.empty(),
            OptionalLong.empty(),
            64,
            10,
            100,
            10 * alpha,
            alpha,
            0.9,
            new LogHistogram(-1, 1, Collections.nCopies(LogHistogram.BINS, 1L)),
            Collections.emptySortedMap(),
            "reference",
            "fp64",
            1));
  }

  private static LayerOutcome outcome(long step, String layer, Outcome outcome) {
    return outcome(step, layer, INCARNATION, outcome);
  }

  private static LayerOutcome outcome(long step, String layer, long incarnation, Outcome outcome) {
    return new LayerOutcome(
        new SnapshotId("demo", incarnation, step, (int) (step / 10), layer),
        EstimatorSpec.DEFAULT,
        outcome);
  }

  private void decided(
      long revision, long step, long stepOfB, double a, double b, double factorA, double factorB) {
    decisions.add(
        new Decision(
            "demo",
            INCARNATION,
            "id" + revision,
            revision,
            step,
            (int) (step / 10),
            LINEAR,
            0.1,
            List.of(rate("a,\"1\"", factorA, a, step), rate("b", factorB, b, stepOfB)),
            List.of()));
  }

  private static LayerRate rate(String layer, double factor, double alpha, long alphaStep) {
    return new LayerRate(
        layer,
        Role.TUNED,
        factor,
        factor * 0.1,
        OptionalDouble.of(alpha),
        OptionalLong.of(alphaStep),
        Optional.empty());
  }

  private static LayerDescription layer(String name) {
    return new LayerDescription(
        name, LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty());
  }
}
