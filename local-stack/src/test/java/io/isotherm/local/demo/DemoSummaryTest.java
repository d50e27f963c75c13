package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.spectrum.Chance;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.policy.PolicySpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoSummaryTest {

  private static final long SECOND = 1_000_000_000;

  /** 20 s of training, 50 ms of it in the client. */
  private static final ClientCounters COUNTERS =
      new ClientCounters(9, 7, 2, 2, 1, SECOND / 20, 20 * SECOND);

  private final RunTally tally = new RunTally(Sample.RUN);

  @ParameterizedTest
  @CsvSource({"5, 5.0, 5", "5 1, 3.0, 5", "9 1 2, 2.0, 9", "1 2 9 4, 3.0, 9", "2 3, 2.5, 3"})
  void stalenessHasItsMedianAndItsMaximum(String steps, double median, long max) {
    long revision = 1;
    for (String each : steps.split(" ")) {
      long based = 10 * revision;
      apply(Sample.applied(revision++, based, based + Long.parseLong(each)));
    }

    DemoSummary summary = DemoSummary.of(tally, COUNTERS);

    assertThat(summary.medianStalenessSteps()).hasValue(median);
    assertThat(summary.maxStalenessSteps()).hasValue(max);
  }

  @Test
  void withoutADecisionThereIsNoStaleness() {
    DemoSummary summary = DemoSummary.of(tally, ClientCounters.ZERO);

    assertThat(summary.medianStalenessSteps()).isEmpty();
    assertThat(summary.maxStalenessSteps()).isEmpty();
    assertThat(summary.insideLoopPercent()).isZero();
    assertThat(summary.lines())
        .contains(
            "  accuracy         unknown",
            "  staleness        none: no decision was applied",
            "  decisions        0 made, 0 applied");
  }

  @Test
  void theCostInsideTheLoopIsTheSumOfAllAnalyses() {
    tally.add(Sample.outcome(50, "a", Sample.analysed(SECOND)));
    tally.add(Sample.outcome(50, "b", Sample.analysed(2 * SECOND)));
    tally.add(Sample.outcome(50, "c", new Outcome.Skipped("all weights are 0")));

    DemoSummary summary = DemoSummary.of(tally, COUNTERS);

    assertThat(summary.insideLoopSeconds()).isEqualTo(3.0);
    assertThat(summary.insideLoopPercent()).isEqualTo(15.0);
  }

  @Test
  void everythingIsCountedOnceAndShown() {
    tally.add(Sample.outcome(50, "a", Sample.analysed(SECOND)));
    tally.add(Sample.outcome(50, "b", Sample.analysed(SECOND)));
    tally.add(Sample.outcome(50, "b", Sample.analysed(SECOND)));
    tally.add(Sample.outcome(50, "c", Sample.analysed(SECOND)));
    tally.add(Sample.outcome(50, "d", new Outcome.Skipped("all weights are 0")));
    tally.add(Sample.outcome(50, "e", new Outcome.Superseded(1, 60)));
    tally.add(Sample.outcome(50, "f", new Outcome.Superseded(1, 60)));
    tally.add(Sample.outcome(50, "g", new Outcome.Failed("no convergence")));
    for (int revision = 1; revision <= 3; revision++) {
      tally.add(Sample.decision(revision, 20L * revision, PolicySpec.DEFAULT));
    }
    tally.add(Sample.progress(50, 1, OptionalDouble.of(0.5), Map.of(), Sample.applied(1, 20, 21)));
    tally.add(
        Sample.progress(100, 2, OptionalDouble.of(0.75), Map.of(), Sample.applied(2, 40, 44)));

    DemoSummary summary = DemoSummary.of(tally, COUNTERS);

    assertThat(summary)
        .isEqualTo(
            new DemoSummary(
                OptionalDouble.of(0.75),
                100,
                20.0,
                50.0,
                0.25,
                9,
                7,
                3,
                1,
                2,
                1,
                2,
                3,
                2,
                1,
                OptionalDouble.of(2.5),
                OptionalLong.of(4),
                3.0,
                15.0,
                Optional.empty(),
                List.of()));
    assertThat(summary.lines())
        .containsExactly(
            "  accuracy         75.00 %",
            "  training         20.0 s for 100 steps",
            "  training stall   50.0 ms = 0.250 % of it",
            "  layer snapshots  7 published, 3 analysed, 1 skipped, 2 superseded, 1 failed, 2"
                + " dropped",
            "  decisions        3 made, 2 applied",
            "  staleness        median 2.5 steps, at most 4",
            "  inside the loop  the same decompositions would have cost 3.00 s = 15.00 % of the"
                + " training time");
  }

  @Test
  void layersUnlikeRandomAreCountedInTheirFirstAndInTheirLastSnapshot() {
    tally.add(Sample.outcome(90, "a", against(-7)));
    tally.add(Sample.outcome(0, "a", against(-1)));
    tally.add(Sample.outcome(50, "a", against(5)));
    tally.add(Sample.outcome(0, "b", against(2.9)));
    tally.add(Sample.outcome(90, "b", against(3.1)));
    tally.add(Sample.outcome(0, "c", against(0)));
    tally.add(Sample.outcome(90, "c", new Outcome.Superseded(1, 100)));
    tally.add(Sample.outcome(0, "head", Sample.analysed(SECOND)));

    DemoSummary summary = DemoSummary.of(tally, COUNTERS);

    assertThat(summary.chance())
        .contains(
            new ChanceSummary(new ChanceSummary.Count(3, 0, 0), new ChanceSummary.Count(3, 1, 1)));
    assertThat(summary.lines())
        .endsWith(
            "  against chance   unlike random matrices are 0 of 3 layers at the start and 2 of 3"
                + " layers (1 heavier, 1 lighter) at the end");
  }

  private static Outcome against(double alphaZ) {
    return ((Outcome.Analysed) Sample.analysed(SECOND))
        .against(Chance.of(4.25, 4.25 - 0.1 * alphaZ, 0.1, 0.5, Chance.Basis.DRAWN));
  }

  @Test
  void aShadowIsComparedWithWhatWasSetAtTheSameRevision() {
    tally.add(Sample.decision("", 1, 1.5, OptionalDouble.empty()));
    tally.add(Sample.decision("", 2, 1.5, OptionalDouble.empty()));
    tally.add(Sample.decision("careful", 1, 1.25, OptionalDouble.empty()));
    tally.add(Sample.decision("careful", 2, 1.0, OptionalDouble.empty()));
    tally.add(Sample.decision("careful", 3, 9.0, OptionalDouble.empty()));
    tally.add(Sample.decision("decay", 1, 1.5, OptionalDouble.of(3)));
    tally.add(Sample.decision("late", 7, 1.5, OptionalDouble.empty()));

    DemoSummary summary = DemoSummary.of(tally, ClientCounters.ZERO);

    // Over two weight layers, of which one never differs.
    assertThat(summary.shadows())
        .containsExactly(
            new ShadowSummary("careful", 2, OptionalDouble.of(0.1875), OptionalDouble.empty()),
            new ShadowSummary("decay", 1, OptionalDouble.of(0), OptionalDouble.of(2)),
            new ShadowSummary("late", 0, OptionalDouble.empty(), OptionalDouble.empty()));
    assertThat(summary.decisionsMade()).isEqualTo(2);
    assertThat(summary.lines())
        .endsWith(
            "  shadow careful   factors differ by 0.188 on average from those set, over 2 decisions",
            "  shadow decay     factors differ by 0.000, weight decay factors by 2.000 on average"
                + " from those set, over 1 decisions",
            "  shadow late      no decision of it beside one that was set");
  }

  private void apply(AppliedDecision decision) {
    tally.add(
        Sample.progress(decision.appliedAtStep(), 0, OptionalDouble.empty(), Map.of(), decision));
  }
}
