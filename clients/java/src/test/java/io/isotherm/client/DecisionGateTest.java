package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.client.DecisionGate.Verdict;
import io.isotherm.contracts.run.RunDescription;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DecisionGateTest {

  private static final RunDescription RUN = TestRuns.run("run", 7);
  private static final long REACHED = 100;

  private final DecisionGate gate = new DecisionGate(RUN, new FactorBounds(0.1, 10), () -> REACHED);

  @Test
  void aDecisionInOrderIsAccepted() {
    Verdict verdict = gate.judge(TestRuns.decision(RUN, 1, 50, TestRuns.factors(0.5, 1.5)));

    assertThat(verdict)
        .isEqualTo(new Verdict.Accepted(new Rates("d-7-1", 1, 50, TestRuns.factors(0.5, 1.5))));
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
}
