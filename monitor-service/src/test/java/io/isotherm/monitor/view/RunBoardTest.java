package io.isotherm.monitor.view;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.HEAD;
import static io.isotherm.monitor.Samples.STEM;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.decision;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.heldDecision;
import static io.isotherm.monitor.Samples.outcome;
import static io.isotherm.monitor.Samples.progress;
import static io.isotherm.monitor.Samples.shadowDecision;
import static io.isotherm.monitor.Samples.shadowed;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.PolicyName;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class RunBoardTest {

  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private final List<RunUpdate> updates = new ArrayList<>();
  private final RunListener listener =
      new RunListener() {
        @Override
        public boolean wants(String run) {
          return run.equals("watched");
        }

        @Override
        public void changed(RunUpdate update) {
          updates.add(update);
        }
      };
  private final RunBoard board = board(new Limits(3, 10, 4, 400, 5));

  @Test
  void pageHoldsWhatTheMessagesSaid() {
    board.describe(description("a", 7), NOW);
    board.answered(analysed("a", 7, 100, STEM, 8.9), NOW);
    board.answered(analysed("a", 7, 100, BLOCK, 2.6), NOW);
    board.answered(outcome("a", 7, 100, HEAD, new Outcome.Skipped("10 eigenvalues")), NOW);
    board.decided(decision("a", 7, 1, 100), NOW);
    board.progress(
        progress(
            "a",
            7,
            130,
            OptionalDouble.of(0.8),
            List.of(new AppliedDecision("decision-7-1", 1, 100, 112))),
        NOW);

    RunPage page = board.run("a").orElseThrow();

    RunHead head = page.head();
    assertThat(head.phase()).isEqualTo("running");
    assertThat(head.step()).hasValue(130);
    assertThat(head.totalSteps()).hasValue(1000);
    assertThat(head.accuracy()).hasValue(0.8);
    assertThat(head.stallShare()).hasValue(0.002);
    assertThat(head.lastDecisionStep()).hasValue(100);
    assertThat(head.staleness()).contains(new Staleness(12, 12, 12));
    assertThat(head.outcomes()).isEqualTo(new OutcomeCounts(2, 1, 0, 0));
    assertThat(page.decisions())
        .singleElement()
        .satisfies(row -> assertThat(row.appliedAtStep()).hasValue(112));
    assertThat(page.layers())
        .extracting(layer -> layer.row().name())
        .containsExactly(STEM, BLOCK, HEAD);
    LayerPage block = page.layers().get(1);
    assertThat(block.alpha()).isEqualTo(new Points(List.of(100L), List.of(2.6)));
    assertThat(block.factor()).isEqualTo(new Points(List.of(100L), List.of(1.25)));
    assertThat(block.row().normLayer()).contains("block1.bn1");
    assertThat(block.row().factorInForce()).hasValue(1.25);
    assertThat(page.layers().get(2).row().newest())
        .contains(new LayerRow.NewestOutcome(100, 1, "skipped", "10 eigenvalues"));
  }

  @Test
  void shadowsStandBesideWhatIsSetAndChangeNothingOfIt() {
    board.describe(shadowed("a", 7, "careful", "steep"), NOW);
    board.decided(decision("a", 7, 1, 100), NOW);
    board.shadowed(shadowDecision("a", 7, 1, "careful", 0.9), NOW);
    board.shadowed(shadowDecision("a", 7, 2, "careful", 0.8), NOW);
    board.shadowed(shadowDecision("a", 7, 1, "steep", 2.5), NOW);

    Reception late = board.shadowed(shadowDecision("a", 7, 1, "careful", 7), NOW);
    Reception strange = board.shadowed(shadowDecision("a", 7, 1, "stranger", 7), NOW);
    Reception astray = board.decided(shadowDecision("a", 7, 9, "careful", 7), NOW);

    assertThat(List.of(late, strange, astray)).containsOnly(Reception.IGNORED);
    LayerRow block = board.run("a").orElseThrow().layers().get(1).row();
    assertThat(block.rate().orElseThrow().factor()).isEqualTo(1.25);
    assertThat(block.shadows()).containsOnlyKeys("careful", "steep");
    assertThat(block.shadows().get("careful").factor()).isEqualTo(0.8);
    assertThat(block.shadows().get("steep").weightDecay().orElseThrow().factor()).isEqualTo(7.5);
    assertThat(board.run("a").orElseThrow().decisions()).hasSize(1);
  }

  @Test
  void shadowsOfAnOlderIncarnationGoWithIt() {
    board.describe(shadowed("a", 7, "careful", "steep"), NOW);
    board.shadowed(shadowDecision("a", 7, 1, "careful", 0.9), NOW);
    board.shadowed(shadowDecision("a", 7, 1, "steep", 0.9), NOW);
    board.live();

    board.describe(shadowed("a", 8, "steep"), NOW);
    Reception older = board.shadowed(shadowDecision("a", 7, 2, "steep", 0.5), NOW);
    board.shadowed(shadowDecision("a", 8, 1, "steep", 0.7), NOW);

    assertThat(older).isEqualTo(Reception.FENCED);
    assertThat(board.run("a").orElseThrow().layers().get(0).row().shadows())
        .containsOnlyKeys("steep")
        .hasEntrySatisfying("steep", rate -> assertThat(rate.factor()).isEqualTo(0.7));
  }

  @Test
  void newShadowOfANewIncarnationIsTakenBeforeItsDescription() {
    board.describe(shadowed("a", 7, "careful"), NOW);

    Reception early = board.shadowed(shadowDecision("a", 8, 1, "steep", 0.7), NOW);

    assertThat(early).isEqualTo(Reception.TAKEN);
  }

  @Test
  void shadowsOfARunWithoutDescriptionAreBounded() {
    board.answered(analysed("a", 7, 100, BLOCK, 2.6), NOW);
    for (int i = 0; i < RunDescription.MAX_SHADOWS + 3; i++) {
      board.shadowed(shadowDecision("a", 7, 1, "shadow" + i, 1), NOW);
    }

    assertThat(board.run("a").orElseThrow().layers().get(0).row().shadows())
        .hasSize(RunDescription.MAX_SHADOWS);
  }

  @Test
  void headSaysWhoHoldsTheRunAndWhosePolicyIsInForceInThisIncarnation() {
    Signature ann = new Signature("ann", 1_700_000_000_000L);
    board.describe(description("a", 7), NOW);
    board.decided(heldDecision("a", 7, 1, 0.9, ann), NOW);

    RunHead held = board.run("a").orElseThrow().head();
    board.describe(description("a", 8), NOW);
    RunHead anew = board.run("a").orElseThrow().head();

    assertThat(held.hold()).contains(ann);
    assertThat(held.policyBy()).contains(ann);
    assertThat(held.policyInForce()).contains(PolicyName.HYBRID.spec());
    assertThat(anew.hold()).isEmpty();
    assertThat(anew.policyBy()).isEmpty();
    assertThat(anew.policyInForce()).isEmpty();
  }

  @Test
  void olderIncarnationIsFencedAndANewerOneTakesOverWithAMark() {
    board.describe(description("a", 7), NOW);
    board.progress(progress("a", 7, 500), NOW);
    board.answered(analysed("a", 7, 500, BLOCK, 2.6), NOW);
    board.live();

    Reception newer = board.progress(progress("a", 8, 400), NOW);
    Reception older = board.progress(progress("a", 7, 600), NOW);

    assertThat(newer).isEqualTo(Reception.TAKEN);
    assertThat(older).isEqualTo(Reception.FENCED);
    RunPage page = board.run("a").orElseThrow();
    assertThat(page.head().incarnation()).isEqualTo(8);
    assertThat(page.head().step()).hasValue(400);
    assertThat(page.incarnations()).containsExactly(new RunPage.Takeover(8, 400));
    assertThat(page.loss().steps()).containsExactly(400L);
    assertThat(page.head().outcomes()).isEqualTo(OutcomeCounts.NONE);
  }

  @Test
  void historyOfOlderIncarnationsIsReadThoughTheDescriptionIsTheNewestOnes() {
    board.describe(description("a", 8), NOW);
    board.progress(progress("a", 7, 100), NOW);
    board.progress(progress("a", 7, 500), NOW);
    board.answered(analysed("a", 7, 100, BLOCK, 2.6), NOW);
    board.decided(decision("a", 7, 1, 100), NOW);
    assertThat(board.run("a").orElseThrow().head().step()).isEmpty();

    board.progress(progress("a", 8, 400), NOW);
    Reception late = board.progress(progress("a", 7, 600), NOW);

    assertThat(late).isEqualTo(Reception.FENCED);
    RunPage page = board.run("a").orElseThrow();
    assertThat(page.head().incarnation()).isEqualTo(8);
    assertThat(page.head().step()).hasValue(400);
    assertThat(page.head().outcomes()).isEqualTo(OutcomeCounts.NONE);
    assertThat(page.loss().steps()).containsExactly(100L, 400L);
    assertThat(page.layers().get(1).alpha().steps()).containsExactly(100L);
    assertThat(page.incarnations()).containsExactly(new RunPage.Takeover(8, 400));
  }

  @Test
  void spectrumStaysWhenANewerSnapshotHasNone() {
    board.describe(description("a", 1), NOW);
    board.answered(analysed("a", 1, 100, BLOCK, 2.6), NOW);

    board.answered(outcome("a", 1, 200, BLOCK, new Outcome.Failed("no convergence")), NOW);
    board.answered(outcome("a", 1, 150, BLOCK, new Outcome.Superseded(1, 200)), NOW);

    LayerRow row = board.run("a").orElseThrow().layers().get(1).row();
    assertThat(row.newest())
        .contains(new LayerRow.NewestOutcome(200, 2, "failed", "no convergence"));
    assertThat(row.spectrum().orElseThrow().step()).isEqualTo(100);
  }

  @Test
  void layerThatTheDescriptionDoesNotNameIsIgnored() {
    board.describe(description("a", 1), NOW);

    Reception reception = board.answered(analysed("a", 1, 1, "stranger", 2), NOW);

    assertThat(reception).isEqualTo(Reception.IGNORED);
    assertThat(board.run("a").orElseThrow().layers()).hasSize(3);
  }

  @Test
  void layersBeforeTheDescriptionAreBoundedAndThenPutInOrder() {
    board.answered(analysed("a", 1, 1, HEAD, 2), NOW);
    for (int i = 0; i < 1000; i++) {
      board.answered(analysed("a", 1, 1, "flood" + i, 2), NOW);
    }
    assertThat(board.run("a").orElseThrow().layers()).hasSize(100);

    board.describe(description("a", 1), NOW);

    List<LayerPage> layers = board.run("a").orElseThrow().layers();
    assertThat(layers).extracting(layer -> layer.row().name()).containsExactly(STEM, BLOCK, HEAD);
    assertThat(layers.get(2).alpha().steps()).containsExactly(1L);
  }

  @Test
  void everythingThatGrowsIsBounded() {
    board.describe(description("a", 1), NOW);

    for (int step = 1; step <= 3000; step++) {
      board.progress(
          progress(
              "a",
              1,
              step,
              OptionalDouble.of(0.5),
              List.of(new AppliedDecision("decision-1-" + step, step, step, step))),
          NOW);
      board.answered(analysed("a", 1, step, BLOCK, 2.5), NOW);
      board.decided(decision("a", 1, step, step), NOW);
    }

    RunPage page = board.run("a").orElseThrow();
    assertThat(page.loss().steps()).hasSizeLessThanOrEqualTo(11).endsWith(3000L);
    assertThat(page.accuracy().steps()).hasSizeLessThanOrEqualTo(11);
    assertThat(page.baseLearningRate().steps()).hasSizeLessThanOrEqualTo(11);
    assertThat(page.decisions()).hasSize(5);
    assertThat(page.layers().get(1).alpha().steps()).hasSizeLessThanOrEqualTo(5).endsWith(3000L);
    assertThat(page.layers().get(1).factor().steps()).hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void oldestFinishedRunMakesRoomForANewOne() {
    board.describe(description("long-running", 1), NOW.minusSeconds(500));
    board.describe(description("finished-first", 1).in(new RunPhase.Finished(9)), at(400));
    board.describe(description("finished-last", 1).in(new RunPhase.Finished(9)), at(300));

    board.describe(description("new", 1), at(10));

    assertThat(board.runs())
        .extracting(RunHead::run)
        .containsExactly("long-running", "new", "finished-last");
  }

  @Test
  void runOlderThanAllThatAreKeptIsNotLetIn() {
    for (String run : List.of("x", "y", "z")) {
      board.describe(description(run, 1).in(new RunPhase.Finished(9)), at(100));
    }

    Reception reception = board.progress(progress("forgotten", 1, 5), at(900));

    assertThat(reception).isEqualTo(Reception.IGNORED);
    assertThat(board.knows("forgotten")).isFalse();
  }

  @Test
  void deletedDescriptionForgetsTheRun() {
    board.describe(description("a", 1), NOW);

    board.forget("a");

    assertThat(board.runs()).isEmpty();
  }

  @Test
  void lateRunningDoesNotReviveAFinishedIncarnation() {
    board.describe(description("a", 1).in(new RunPhase.Finished(9)), NOW);

    Reception reception = board.describe(description("a", 1), NOW);

    assertThat(reception).isEqualTo(Reception.IGNORED);
    assertThat(board.runs().get(0).phase()).isEqualTo("finished");
  }

  @Test
  void onlyWatchedRunsAreToldOfAndVersionsGrow() {
    board.describe(description("watched", 1), NOW);
    board.describe(description("unwatched", 1), NOW);
    board.progress(progress("watched", 1, 10), NOW);
    board.answered(analysed("watched", 1, 10, BLOCK, 2.5), NOW);
    board.decided(decision("watched", 1, 1, 10), NOW);
    board.progress(progress("watched", 2, 10), NOW);

    assertThat(updates)
        .extracting(update -> update.getClass().getSimpleName())
        .containsExactly("Described", "Progressed", "Answered", "Decided", "Described");
    assertThat(updates).extracting(RunUpdate::version).isSorted().doesNotHaveDuplicates();
    assertThat(board.run("watched").orElseThrow().version()).isEqualTo(updates.get(4).version());
  }

  @Test
  void ageIsTheTimeSinceTheNewestMessage() {
    board.describe(description("a", 1), at(90));

    board.progress(progress("a", 1, 10), at(30));
    board.answered(analysed("a", 1, 10, BLOCK, 2.5), at(60));

    assertThat(board.runs().get(0).ageMillis()).isEqualTo(30_000);
    assertThat(board.runs().get(0).lastDecisionStep()).isEqualTo(OptionalLong.empty());
  }

  private RunBoard board(Limits limits) {
    return new RunBoard(limits, InstantSource.fixed(NOW), listener);
  }

  private static Instant at(int secondsAgo) {
    return NOW.minusSeconds(secondsAgo);
  }
}
