package io.isotherm.monitor.view;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.HEAD;
import static io.isotherm.monitor.Samples.STEM;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.decision;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.fit;
import static io.isotherm.monitor.Samples.heldDecision;
import static io.isotherm.monitor.Samples.outcome;
import static io.isotherm.monitor.Samples.progress;
import static io.isotherm.monitor.Samples.shadowDecision;
import static io.isotherm.monitor.Samples.shadowed;
import static io.isotherm.monitor.Samples.wide;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LogHistogram;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.policy.PolicySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class MonitoredRunsTest {

  private static final Duration LEASE = Duration.ofMinutes(15);
  private static final Instant TIME = Instant.parse("2026-01-01T12:00:00Z");
  private static final RecordOrigin NOW = at(0);

  private final List<RunEvent> updates = new ArrayList<>();
  private final RunListener listener =
      new RunListener() {
        @Override
        public boolean wants(String run) {
          return run.equals("watched");
        }

        @Override
        public void changed(RunEvent update) {
          updates.add(update);
        }
      };
  private final MonitoredRuns runs = monitoredRuns(new MemoryLimits(3, 10, 4, 400, 10_000, 5));

  @Test
  void pageHoldsWhatTheMessagesSaid() {
    runs.describe(description("a", 7), NOW);
    runs.answered(analysed("a", 7, 100, STEM, 8.9), NOW);
    runs.answered(analysed("a", 7, 100, BLOCK, 2.6), NOW);
    runs.answered(outcome("a", 7, 100, HEAD, new Outcome.Skipped("10 eigenvalues")), NOW);
    runs.decided(decision("a", 7, 1, 100), NOW);
    runs.progress(
        progress(
            "a",
            7,
            130,
            OptionalDouble.of(0.8),
            List.of(new AppliedDecision("decision-7-1", 1, 100, 112))),
        NOW);

    RunDetails page = runs.run("a").orElseThrow();

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
    LayerDetails block = page.layers().get(1);
    assertThat(block.alpha()).isEqualTo(new StepSeries(List.of(100L), List.of(2.6)));
    assertThat(block.factor()).isEqualTo(new StepSeries(List.of(100L), List.of(1.25)));
    assertThat(block.row().normLayers()).containsExactly("block1.bn1");
    assertThat(block.row().factorInForce()).hasValue(1.25);
    assertThat(page.layers().get(2).row().newest())
        .contains(new LayerRow.NewestOutcome(100, 1, "skipped", "10 eigenvalues"));
  }

  @Test
  void shadowsStandBesideWhatIsSetAndChangeNothingOfIt() {
    runs.describe(shadowed("a", 7, "careful", "steep"), NOW);
    runs.decided(decision("a", 7, 1, 100), NOW);
    runs.shadowed(shadowDecision("a", 7, 1, "careful", 0.9), NOW);
    runs.shadowed(shadowDecision("a", 7, 2, "careful", 0.8), NOW);
    runs.shadowed(shadowDecision("a", 7, 1, "steep", 2.5), NOW);

    Disposition late = runs.shadowed(shadowDecision("a", 7, 1, "careful", 7), NOW);
    Disposition strange = runs.shadowed(shadowDecision("a", 7, 1, "stranger", 7), NOW);
    Disposition astray = runs.decided(shadowDecision("a", 7, 9, "careful", 7), NOW);

    assertThat(List.of(late, strange, astray)).containsOnly(Disposition.IGNORED);
    LayerRow block = runs.run("a").orElseThrow().layers().get(1).row();
    assertThat(block.rate().orElseThrow().factor()).isEqualTo(1.25);
    assertThat(block.shadows()).containsOnlyKeys("careful", "steep");
    assertThat(block.shadows().get("careful").factor()).isEqualTo(0.8);
    assertThat(block.shadows().get("steep").weightDecay().orElseThrow().factor()).isEqualTo(7.5);
    assertThat(runs.run("a").orElseThrow().decisions()).hasSize(1);
  }

  @Test
  void shadowsOfAnOlderIncarnationGoWithIt() {
    runs.describe(shadowed("a", 7, "careful", "steep"), NOW);
    runs.shadowed(shadowDecision("a", 7, 1, "careful", 0.9), NOW);
    runs.shadowed(shadowDecision("a", 7, 1, "steep", 0.9), NOW);
    runs.live();

    runs.describe(shadowed("a", 8, "steep"), NOW);
    Disposition older = runs.shadowed(shadowDecision("a", 7, 2, "steep", 0.5), NOW);
    runs.shadowed(shadowDecision("a", 8, 1, "steep", 0.7), NOW);

    assertThat(older).isEqualTo(Disposition.FENCED);
    assertThat(runs.run("a").orElseThrow().layers().get(0).row().shadows())
        .containsOnlyKeys("steep")
        .hasEntrySatisfying("steep", rate -> assertThat(rate.factor()).isEqualTo(0.7));
  }

  @Test
  void newShadowOfANewIncarnationIsTakenBeforeItsDescription() {
    runs.describe(shadowed("a", 7, "careful"), NOW);

    Disposition early = runs.shadowed(shadowDecision("a", 8, 1, "steep", 0.7), NOW);

    assertThat(early).isEqualTo(Disposition.TAKEN);
  }

  @Test
  void shadowsOfARunWithoutDescriptionAreBounded() {
    runs.answered(analysed("a", 7, 100, BLOCK, 2.6), NOW);
    for (int i = 0; i < RunDescription.MAX_SHADOWS + 3; i++) {
      runs.shadowed(shadowDecision("a", 7, 1, "shadow" + i, 1), NOW);
    }

    assertThat(runs.run("a").orElseThrow().layers().get(0).row().shadows())
        .hasSize(RunDescription.MAX_SHADOWS);
  }

  @Test
  void headSaysWhoHoldsTheRunAndWhosePolicyIsInForceInThisIncarnation() {
    Signature ann = new Signature("ann", 1_700_000_000_000L);
    runs.describe(description("a", 7), NOW);
    runs.decided(heldDecision("a", 7, 1, 0.9, ann), NOW);

    RunHead held = runs.run("a").orElseThrow().head();
    runs.describe(description("a", 8), NOW);
    RunHead anew = runs.run("a").orElseThrow().head();

    assertThat(held.hold()).contains(ann);
    assertThat(held.policyBy()).contains(ann);
    assertThat(held.policyInForce()).contains(PolicySpec.Hybrid.modelBalancing());
    assertThat(anew.hold()).isEmpty();
    assertThat(anew.policyBy()).isEmpty();
    assertThat(anew.policyInForce()).isEmpty();
  }

  @Test
  void olderIncarnationIsFencedAndANewerOneTakesOverWithAMark() {
    runs.describe(description("a", 7), NOW);
    runs.progress(progress("a", 7, 500), NOW);
    runs.answered(analysed("a", 7, 500, BLOCK, 2.6), NOW);
    runs.live();

    Disposition newer = runs.progress(progress("a", 8, 400), NOW);
    Disposition older = runs.progress(progress("a", 7, 600), NOW);

    assertThat(newer).isEqualTo(Disposition.TAKEN);
    assertThat(older).isEqualTo(Disposition.FENCED);
    RunDetails page = runs.run("a").orElseThrow();
    assertThat(page.head().incarnation()).isEqualTo(8);
    assertThat(page.head().step()).hasValue(400);
    assertThat(page.incarnations()).containsExactly(new RunDetails.Takeover(8, 400));
    assertThat(page.loss().steps()).containsExactly(400L);
    assertThat(page.head().outcomes()).isEqualTo(OutcomeCounts.NONE);
  }

  @Test
  void historyOfOlderIncarnationsIsReadThoughTheDescriptionIsTheNewestOnes() {
    runs.describe(description("a", 8), NOW);
    runs.progress(progress("a", 7, 100), NOW);
    runs.progress(progress("a", 7, 500), NOW);
    runs.answered(analysed("a", 7, 100, BLOCK, 2.6), NOW);
    runs.decided(decision("a", 7, 1, 100), NOW);
    assertThat(runs.run("a").orElseThrow().head().step()).isEmpty();

    runs.progress(progress("a", 8, 400), NOW);
    Disposition late = runs.progress(progress("a", 7, 600), NOW);

    assertThat(late).isEqualTo(Disposition.FENCED);
    RunDetails page = runs.run("a").orElseThrow();
    assertThat(page.head().incarnation()).isEqualTo(8);
    assertThat(page.head().step()).hasValue(400);
    assertThat(page.head().outcomes()).isEqualTo(OutcomeCounts.NONE);
    assertThat(page.loss().steps()).containsExactly(100L, 400L);
    assertThat(page.layers().get(1).alpha().steps()).containsExactly(100L);
    assertThat(page.incarnations()).containsExactly(new RunDetails.Takeover(8, 400));
  }

  @Test
  void spectrumStaysWhenANewerSnapshotHasNone() {
    runs.describe(description("a", 1), NOW);
    runs.answered(analysed("a", 1, 100, BLOCK, 2.6), NOW);

    runs.answered(outcome("a", 1, 200, BLOCK, new Outcome.Failed("no convergence")), NOW);
    runs.answered(outcome("a", 1, 150, BLOCK, new Outcome.Superseded(1, 200)), NOW);

    LayerRow row = runs.run("a").orElseThrow().layers().get(1).row();
    assertThat(row.newest())
        .contains(new LayerRow.NewestOutcome(200, 2, "failed", "no convergence"));
    assertThat(row.spectrum().orElseThrow().step()).isEqualTo(100);
  }

  @Test
  void newestRefusalsAreShownAndAllAreCounted() {
    runs.describe(description("a", 2), NOW);
    for (int i = 0; i < 30; i++) {
      Refusal refusal = Refusal.ofLayer("a", BLOCK, Refusal.Service.SPECTRAL, "reason " + i);
      runs.refused(refusal.toIncarnation(1 + i % 2), new RecordOrigin(NOW.writtenAt(), i, false));
    }

    RunDetails page = runs.run("a").orElseThrow();

    assertThat(page.head().refusals()).isEqualTo(30);
    assertThat(page.head().incarnation()).isEqualTo(2);
    assertThat(page.refusals())
        .hasSize(20)
        .last()
        .satisfies(row -> assertThat(row.refusal().reason()).isEqualTo("reason 29"));
  }

  @Test
  void refusalIsKnownOfARunThatHasNoDescriptionBecauseItWasRefused() {
    runs.refused(Refusal.ofRun("bad", Refusal.Service.SCHEDULER, "no layers"), NOW);

    assertThat(runs.run("bad").orElseThrow().head().phase()).isEqualTo("unknown");
    assertThat(runs.run("bad").orElseThrow().refusals()).hasSize(1);
  }

  @Test
  void metricsOfSeveralMessagesStandBesideEachOther() {
    runs.progress(telling(10, 0, Map.of("tokensPerSecond", 900.0)), NOW);
    runs.progress(telling(20, 0, Map.of("val/f1", 0.5)), NOW);
    runs.progress(telling(30, 0, Map.of("tokensPerSecond", 950.0)), NOW);

    assertThat(runs.run("a").orElseThrow().head().metrics())
        .containsExactly(Map.entry("tokensPerSecond", 950.0), Map.entry("val/f1", 0.5));
  }

  @Test
  void factorsThatATrainerLeavesOutAreNotTakenForOnes() {
    runs.describe(description("a", 1), NOW);
    runs.decided(decision("a", 1, 1, 100), NOW);

    runs.progress(telling(100, 0, Map.of()), NOW);
    OptionalDouble before = runs.run("a").orElseThrow().layers().get(1).row().factorInForce();
    runs.progress(telling(110, 1, Map.of()), NOW);
    OptionalDouble after = runs.run("a").orElseThrow().layers().get(1).row().factorInForce();

    assertThat(before).hasValue(1.0);
    assertThat(after).isEmpty();
  }

  /** Progress without a factor. */
  private static Progress telling(long step, long decisionsApplied, Map<String, Double> metrics) {
    return new Progress(
        "a",
        1,
        step,
        0,
        1000,
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0.1,
        Map.of(),
        List.of(),
        new ClientCounters(0, 0, 0, decisionsApplied, 0, 0, 1),
        Map.of(),
        metrics);
  }

  @Test
  void layerThatTheDescriptionDoesNotNameIsIgnored() {
    runs.describe(description("a", 1), NOW);

    Disposition reception = runs.answered(analysed("a", 1, 1, "stranger", 2), NOW);

    assertThat(reception).isEqualTo(Disposition.IGNORED);
    assertThat(runs.run("a").orElseThrow().layers()).hasSize(3);
  }

  @Test
  void layersBeforeTheDescriptionAreBoundedAndThenPutInOrder() {
    runs.answered(analysed("a", 1, 1, HEAD, 2), NOW);
    for (int i = 0; i < 1000; i++) {
      runs.answered(analysed("a", 1, 1, "flood" + i, 2), NOW);
    }
    assertThat(runs.run("a").orElseThrow().layers()).hasSize(100);

    runs.describe(description("a", 1), NOW);

    List<LayerDetails> layers = runs.run("a").orElseThrow().layers();
    assertThat(layers).extracting(layer -> layer.row().name()).containsExactly(STEM, BLOCK, HEAD);
    assertThat(layers.get(2).alpha().steps()).containsExactly(1L);
  }

  @Test
  void everythingThatGrowsIsBounded() {
    runs.describe(description("a", 1), NOW);

    for (int step = 1; step <= 3000; step++) {
      runs.progress(
          progress(
              "a",
              1,
              step,
              OptionalDouble.of(0.5),
              List.of(new AppliedDecision("decision-1-" + step, step, step, step))),
          NOW);
      runs.answered(analysed("a", 1, step, BLOCK, 2.5), NOW);
      runs.decided(decision("a", 1, step, step), NOW);
    }

    RunDetails page = runs.run("a").orElseThrow();
    assertThat(page.loss().steps()).hasSizeLessThanOrEqualTo(11).endsWith(3000L);
    assertThat(page.accuracy().steps()).hasSizeLessThanOrEqualTo(11);
    assertThat(page.baseLearningRate().steps()).hasSizeLessThanOrEqualTo(11);
    assertThat(page.decisions()).hasSize(5);
    assertThat(page.layers().get(1).alpha().steps()).hasSizeLessThanOrEqualTo(5).endsWith(3000L);
    assertThat(page.layers().get(1).factor().steps()).hasSizeLessThanOrEqualTo(5);
  }

  @Test
  void oldestFinishedRunMakesRoomForANewOne() {
    runs.live();
    runs.describe(description("long-running", 1), at(500));
    runs.describe(description("finished-first", 1).in(new RunPhase.Finished(9)), at(400));
    runs.describe(description("finished-last", 1).in(new RunPhase.Finished(9)), at(300));

    runs.describe(description("new", 1), at(10));

    assertThat(runs.runs())
        .extracting(RunHead::run)
        .containsExactly("long-running", "new", "finished-last");
  }

  @Test
  void runOlderThanAllThatAreKeptIsNotLetIn() {
    runs.live();
    for (String run : List.of("x", "y", "z")) {
      runs.describe(description(run, 1).in(new RunPhase.Finished(9)), at(100));
    }

    Disposition reception = runs.progress(progress("forgotten", 1, 5), at(900));

    assertThat(reception).isEqualTo(Disposition.IGNORED);
    assertThat(runs.knows("forgotten")).isFalse();
  }

  @Test
  void deletedDescriptionForgetsTheRun() {
    runs.describe(description("a", 1), NOW);

    runs.forget("a", OptionalLong.empty());

    assertThat(runs.runs()).isEmpty();
  }

  @Test
  void closeOfAFencedTrainerDoesNotEndTheRun() {
    runs.describe(description("a", 8), NOW);
    runs.progress(progress("a", 8, 400), NOW);

    Disposition late = runs.describe(description("a", 7).in(new RunPhase.Finished(9)), NOW);

    assertThat(late).isEqualTo(Disposition.FENCED);
    assertThat(runs.run("a").orElseThrow().head().phase()).isEqualTo("running");
  }

  @Test
  void closeOfAFencedTrainerThatIsAllThatIsLeftOfTheDescriptionsDoesNotEndTheRun() {
    runs.describe(description("a", 7).in(new RunPhase.Finished(9)), NOW);

    runs.progress(progress("a", 8, 400), NOW);

    RunHead head = runs.run("a").orElseThrow().head();
    assertThat(head.incarnation()).isEqualTo(8);
    assertThat(head.phase()).isEqualTo("running");
    assertThat(head.step()).hasValue(400);
  }

  @Test
  void runThatHasEndedIsOnHoldNoMore() {
    runs.describe(description("a", 7), NOW);
    runs.decided(heldDecision("a", 7, 1, 0.9, new Signature("ann", 1_700_000_000_000L)), NOW);
    RunHead before = runs.run("a").orElseThrow().head();

    runs.describe(description("a", 7).in(new RunPhase.Finished(9)), NOW);

    assertThat(before.hold()).isPresent();
    assertThat(runs.run("a").orElseThrow().head().hold()).isEmpty();
  }

  @Test
  void tombstoneOfALostIncarnationBuriesNeitherANewerOneNorARunThatHasEnded() {
    runs.describe(description("a", 8), NOW);
    runs.describe(description("b", 7).in(new RunPhase.Finished(9)), NOW);
    runs.describe(description("c", 7), NOW);

    Disposition newer = runs.forget("a", OptionalLong.of(7));
    Disposition ended = runs.forget("b", OptionalLong.of(7));
    Disposition lost = runs.forget("c", OptionalLong.of(7));

    assertThat(List.of(newer, ended, lost))
        .containsExactly(Disposition.FENCED, Disposition.IGNORED, Disposition.TAKEN);
    assertThat(runs.runs()).extracting(RunHead::run).containsExactly("a", "b");
  }

  @Test
  void lateRunningDoesNotReviveAFinishedIncarnation() {
    runs.describe(description("a", 1).in(new RunPhase.Finished(9)), NOW);

    Disposition reception = runs.describe(description("a", 1), NOW);

    assertThat(reception).isEqualTo(Disposition.IGNORED);
    assertThat(runs.runs().get(0).phase()).isEqualTo("finished");
  }

  @Test
  void onlyWatchedRunsAreToldOfAndVersionsGrow() {
    runs.describe(description("watched", 1), NOW);
    runs.describe(description("unwatched", 1), NOW);
    runs.progress(progress("watched", 1, 10), NOW);
    runs.answered(analysed("watched", 1, 10, BLOCK, 2.5), NOW);
    runs.decided(decision("watched", 1, 1, 10), NOW);
    runs.progress(progress("watched", 2, 10), NOW);

    assertThat(updates)
        .extracting(update -> update.getClass().getSimpleName())
        .containsExactly("Described", "Progressed", "Answered", "Decided", "Described");
    assertThat(updates).extracting(RunEvent::version).isSorted().doesNotHaveDuplicates();
    assertThat(runs.run("watched").orElseThrow().version()).isEqualTo(updates.get(4).version());
  }

  @Test
  void spectraOfARunWithVeryManyLayersAreThinnedUntilAllHaveRoom() {
    MonitoredRuns many = monitoredRuns(new MemoryLimits(3, 10, 4, 400, 90_000, 5));
    LogHistogram measured = fit(2.5).histogram();
    Map<Integer, Integer> binsByLayers = Map.of(900, 100, 901, 50, 2_000, 25, 20_000, 10);

    binsByLayers.forEach(
        (layers, bins) -> {
          many.describe(wide("wide", layers), NOW);
          many.answered(analysed("wide", 1, 100, "layer7", 2.5), NOW);
          LayerRow.Spectrum kept =
              many.run("wide").orElseThrow().layers().get(7).row().spectrum().orElseThrow();
          many.forget("wide", OptionalLong.empty());

          assertThat(kept.histogram().counts()).as("%d layers", layers).hasSize(bins);
          assertThat(sum(kept.histogram().counts())).isEqualTo(sum(measured.counts()));
          assertThat(kept.histogram().counts().get(0))
              .isEqualTo(sum(measured.counts().subList(0, 100 / bins)));
          assertThat(kept.histogram().log10Max()).isEqualTo(measured.log10Max());
          assertThat(kept.histogram().measuredBins()).isEqualTo(100);
          assertThat(kept.fit().alpha()).isEqualTo(2.5);
        });
  }

  private static long sum(List<Long> counts) {
    return counts.stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void ageIsTheTimeSinceTheNewestMessage() {
    runs.describe(description("a", 1), at(90));

    runs.progress(progress("a", 1, 10), at(30));
    runs.answered(analysed("a", 1, 10, BLOCK, 2.5), at(60));

    assertThat(runs.runs().get(0).ageMillis()).isEqualTo(30_000);
    assertThat(runs.runs().get(0).lastDecisionStep()).isEqualTo(OptionalLong.empty());
  }

  private MonitoredRuns monitoredRuns(MemoryLimits limits) {
    return new MonitoredRuns(limits, LEASE, InstantSource.fixed(TIME), listener);
  }

  private static RecordOrigin at(int secondsAgo) {
    return new RecordOrigin(TIME.minusSeconds(secondsAgo), 0, false);
  }
}
