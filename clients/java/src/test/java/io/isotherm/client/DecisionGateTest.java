package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.client.DecisionGate.Verdict;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.decision.LayerRate.Role;
import io.isotherm.contracts.run.RunDescription;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DecisionGateTest {

  private static final RunDescription RUN = TestRuns.run("run", 7);
  private static final long REACHED = 100;

  private final DecisionGate gate = gate(Rates.NONE);

  @Test
  void aDecisionInOrderIsAccepted() {
    Verdict verdict = gate.judge(TestRuns.decision(RUN, 1, 50, TestRuns.factors(0.5, 1.5)));

    assertThat(verdict)
        .isEqualTo(
            new Verdict.Accepted(
                new Targets("d-7-1", 1, 50, TestRuns.factors(0.5, 1.5), 0, Map.of(), 0)));
  }

  @Test
  void weightDecayAndRampsAreTakenOver() {
    Verdict verdict =
        gate.judge(
            TestRuns.decision(
                RUN, 1, 50, TestRuns.factors(0.5, 1.5), 20, Map.of("dense", 3.0), 30));

    assertThat(verdict)
        .isEqualTo(
            new Verdict.Accepted(
                new Targets(
                    "d-7-1", 1, 50, TestRuns.factors(0.5, 1.5), 20, Map.of("dense", 3.0), 30)));
  }

  @Test
  void aWeightDecayFactorOutsideTheBoundsIsRejected() {
    assertRejected(gate.judge(decay(0.09)), "weight decay factor of layer 'dense'");
    assertRejected(gate.judge(decay(10.1)), "10.1");
  }

  @Test
  void theDecisionOfAShadowIsRejected() {
    assertRejected(gate.judge(shadow(1)), "shadow 'careful'");

    gate.judge(TestRuns.decision(RUN, 1, 50, TestRuns.factors(0.5, 1.5)));
    assertRejected(gate.judge(shadow(1)), "shadow 'careful'");
  }

  private static Decision decay(double factor) {
    return TestRuns.decision(RUN, 1, 50, TestRuns.factors(1, 1), 0, Map.of("dense", factor), 0);
  }

  private static Decision shadow(long revision) {
    Decision acting = TestRuns.decision(RUN, revision, 50, TestRuns.factors(0.5, 1.5));
    return new Decision(
        acting.run(),
        acting.incarnation(),
        acting.id(),
        acting.revision(),
        acting.step(),
        acting.epoch(),
        acting.policy(),
        acting.baseLearningRate(),
        acting.layers(),
        acting.missing(),
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.of("careful"));
  }

  @Test
  void aDecisionOfAnotherIncarnationIsFenced() {
    for (long incarnation : new long[] {6, 8}) {
      Verdict verdict =
          gate.judge(
              TestRuns.decision(
                  TestRuns.run("run", incarnation), 1, 50, TestRuns.factors(0.5, 1.5)));

      assertThat(verdict).isInstanceOf(Verdict.Fenced.class);
    }
  }

  @Test
  void anOldRevisionIsFenced() {
    gate.judge(TestRuns.decision(RUN, 2, 50, TestRuns.factors(0.5, 1.5)));

    assertThat(gate.judge(TestRuns.decision(RUN, 2, 50, TestRuns.factors(0.5, 1.5))))
        .isInstanceOf(Verdict.Fenced.class);
    assertThat(gate.judge(TestRuns.decision(RUN, 1, 40, TestRuns.factors(0.5, 1.5))))
        .isInstanceOf(Verdict.Fenced.class);
  }

  @Test
  void aFactorOutsideTheBoundsIsRejected() {
    assertRejected(gate.judge(TestRuns.decision(RUN, 1, 50, TestRuns.factors(0.09, 1))), "0.09");
    assertRejected(gate.judge(TestRuns.decision(RUN, 1, 50, TestRuns.factors(1, 10.1))), "10.1");
  }

  @Test
  void noBoundsContainWhatIsNotFinite() {
    FactorBounds everything = new FactorBounds(Double.MIN_VALUE, Double.MAX_VALUE);

    assertThat(everything.contain(Double.NaN)).isFalse();
    assertThat(everything.contain(Double.POSITIVE_INFINITY)).isFalse();
    assertThat(everything.contain(Double.NEGATIVE_INFINITY)).isFalse();
    assertThat(everything.contain(1)).isTrue();
  }

  @Test
  void aDecisionAboutAStrangeLayerIsRejected() {
    Map<String, Double> factors = TestRuns.factors(0.5, 1.5);
    factors.put("stranger", 1.0);

    assertRejected(gate.judge(TestRuns.decision(RUN, 1, 50, factors)), "stranger");
  }

  @Test
  void aDecisionThatLeavesALayerOutIsRejected() {
    Map<String, Double> factors = TestRuns.factors(0.5, 1.5);
    factors.remove("norm");

    assertRejected(gate.judge(TestRuns.decision(RUN, 1, 50, factors)), "norm");
  }

  @Test
  void aDecisionBasedOnTheFutureIsRejected() {
    assertRejected(
        gate.judge(TestRuns.decision(RUN, 1, REACHED + 1, TestRuns.factors(1, 1))), "101");
  }

  @Test
  void aRejectedDecisionDoesNotStandInTheWayOfALaterOne() {
    gate.judge(TestRuns.decision(RUN, 5, 50, TestRuns.factors(1000, 1)));

    assertThat(gate.judge(TestRuns.decision(RUN, 5, 50, TestRuns.factors(1, 1))))
        .isInstanceOf(Verdict.Accepted.class);
  }

  private static void assertRejected(Verdict verdict, String shown) {
    assertThat(verdict).isInstanceOf(Verdict.Rejected.class);
    assertThat(((Verdict.Rejected) verdict).reason()).contains(shown);
  }

  /** The scheduler of a new incarnation does not know the factors of the checkpoint. */
  @Test
  void whatIsHeldStaysAsTheCheckpointHadIt() {
    // Given
    DecisionGate resumed =
        gate(new Rates("d-6-9", 9, 40, Map.of("conv", 2.0, "norm", 2.0), Map.of("dense", 3.0)));

    // When
    Targets first = accepted(resumed.judge(held(1, 1, 1)));
    Targets second = accepted(resumed.judge(held(2, 1, 1)));

    // Then the norm layer follows its layer
    assertThat(first.factors()).isEqualTo(TestRuns.factors(2, 1));
    assertThat(first.weightDecayFactors()).containsExactly(Map.entry("dense", 3.0));
    assertThat(second.factors()).isEqualTo(first.factors());
  }

  @Test
  void heldFactorIsTheDecisionsWhereTheOneBeforeWasMissed() {
    // Given
    accepted(gate.judge(TestRuns.decision(RUN, 1, 50, TestRuns.factors(0.5, 1.5))));

    // When
    Targets targets = accepted(gate.judge(held(3, 0.75, 1.25)));

    // Then
    assertThat(targets.factors()).isEqualTo(TestRuns.factors(0.75, 1.25));
  }

  private static DecisionGate gate(Rates first) {
    return new DecisionGate(RUN, new FactorBounds(0.1, 10), first, () -> REACHED);
  }

  private static Targets accepted(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Accepted.class);
    return ((Verdict.Accepted) verdict).targets();
  }

  private static Decision held(long revision, double conv, double dense) {
    return new Decision(
        RUN.run(),
        RUN.incarnation(),
        "d-7-" + revision,
        revision,
        50,
        0,
        RUN.policy(),
        0.1,
        List.of(
            rate("conv", Role.HELD, conv, Optional.empty(), Optional.empty()),
            rate("norm", Role.FOLLOWS, conv, Optional.of("conv"), Optional.empty()),
            rate(
                "dense",
                Role.HELD,
                dense,
                Optional.empty(),
                Optional.of(new LayerRate.WeightDecay(Role.HELD, 1)))),
        List.of());
  }

  private static LayerRate rate(
      String layer,
      Role role,
      double factor,
      Optional<String> follows,
      Optional<LayerRate.WeightDecay> decay) {
    return new LayerRate(
        layer,
        role,
        factor,
        OptionalDouble.of(0.1 * factor),
        OptionalDouble.empty(),
        OptionalLong.empty(),
        follows,
        OptionalDouble.empty(),
        decay);
  }
}
