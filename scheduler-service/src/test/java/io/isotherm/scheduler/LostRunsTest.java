package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.outcome;
import static io.isotherm.scheduler.Samples.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.scheduler.rules.DropReason;
import io.isotherm.spectra.policy.PolicyAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose trainer is silent, and those that come back. */
class LostRunsTest {

  private static final Duration LEASE = Duration.ofMinutes(1);
  private static final Duration RETENTION = Duration.ofMinutes(10);
  private static final Map<String, String> SETTINGS =
      Map.of("isotherm.lease", "1m", "isotherm.scheduler.lost-retention", "10m");

  @TempDir Path disk;
  private TestScheduler scheduler;

  @BeforeEach
  void start() {
    scheduler = new TestScheduler(disk.resolve("first"), SETTINGS, PolicyAnswer::next);
  }

  @AfterEach
  void stop() {
    scheduler.close();
  }

  @Test
  void runIsLostWhenItsTrainerIsSilentForAWholeLease() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));

    scheduler.listen(LEASE.minusSeconds(1));
    assertThat(scheduler.state("r").isLost()).isFalse();
    scheduler.listen(Duration.ofSeconds(2));

    assertThat(scheduler.state("r").isLost()).isTrue();
    assertThat(scheduler.state("r").isRunning()).isTrue();
  }

  @Test
  void progressIsASignOfLife() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));

    for (int i = 0; i < 4; i++) {
      scheduler.listen(LEASE.minusSeconds(5)).progress("r", INCARNATION);
    }

    assertThat(scheduler.state("r").isLost()).isFalse();
  }

  @Test
  void outcomeOfASnapshotIsASignOfLife() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));

    for (int i = 1; i < 4; i++) {
      scheduler.listen(LEASE.minusSeconds(5)).arrive(analysed("r", i, "fc", 3));
    }

    assertThat(scheduler.state("r").isLost()).isFalse();
  }

  @Test
  void fencedTrainerKeepsNobodyAlive() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));

    for (int i = 0; i < 4; i++) {
      scheduler.listen(LEASE.minusSeconds(5)).progress("r", INCARNATION - 1);
      scheduler.arrive(outcome("r", INCARNATION - 1, i, "fc", Samples.alpha(3)));
    }

    assertThat(scheduler.state("r").isLost()).isTrue();
    assertThat(scheduler.dropped(DropReason.OLDER_INCARNATION)).isEqualTo(8);
  }

  @Test
  void runThatEndsIsNeverLost() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));
    scheduler.describe(run("r").in(RunPhase.RUNNING.finish(100)));

    scheduler.listen(LEASE.multipliedBy(2));

    assertThat(scheduler.state("r").isLost()).isFalse();
  }

  @Test
  void lostRunComesBackWithItsStateWhenItSpeaks() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));
    scheduler.arrive(analysed("r", 100, "conv1", 2.0), analysed("r", 100, "conv2", 3.0));
    Decision first = scheduler.arrive(analysed("r", 100, "fc", 4.0)).decision();
    scheduler.listen(LEASE.plusSeconds(1));
    assertThat(scheduler.state("r").isLost()).isTrue();

    scheduler.progress("r", INCARNATION);

    assertThat(scheduler.state("r").isLost()).isFalse();
    scheduler.arrive(analysed("r", 200, "conv1", 2.0), analysed("r", 200, "conv2", 3.0));
    Decision next = scheduler.arrive(analysed("r", 200, "fc", 4.0)).decision();
    assertThat(next.revision()).isEqualTo(first.revision() + 1);
  }

  @Test
  void decisionIsTheSameWhetherTheRunWasLostBeforeOrNot() {
    try (TestScheduler patient = new TestScheduler(disk.resolve("patient"))) {
      for (TestScheduler each : List.of(patient, scheduler)) {
        each.listen(Duration.ofSeconds(1)).describe(run("r"));
        each.arrive(analysed("r", 100, "conv1", 2.0));
        each.listen(LEASE.plusSeconds(1));
        each.arrive(analysed("r", 200, "conv1", 2.5), analysed("r", 200, "conv2", 3.0));
        each.arrive(analysed("r", 200, "fc", 4.0));
      }

      assertThat(scheduler.decisions()).hasSize(2).isEqualTo(patient.decisions());
    }
  }

  @Test
  void silenceDoesNotCountWhileTheBrokerCannotBeReached() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r"));

    scheduler.reaches(false).listen(LEASE.multipliedBy(3));

    assertThat(scheduler.state("r").isLost()).isFalse();
    scheduler.reaches(true).listen(LEASE.plusSeconds(1));
    assertThat(scheduler.state("r").isLost()).isTrue();
  }

  @Test
  void nobodyIsLostBecauseTheSchedulerWasAway() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r")).listen(LEASE.minusSeconds(10));
    try (TestScheduler heir =
        new TestScheduler(disk.resolve("heir"), SETTINGS, PolicyAnswer::next)) {
      heir.wait(Duration.ofHours(30));
      scheduler.handOver(heir);

      heir.listen(LEASE.minusSeconds(2));

      assertThat(heir.state("r").isLost()).isFalse();
    }
  }

  @Test
  void lostRunIsBuriedWhenItsRetentionIsOver() throws InvalidMessageException {
    loseAndBury(run("r"));

    assertThat(scheduler.state("r")).isNull();
    TestRecord<byte[], byte[]> last = lastOf(scheduler.records(Topic.RUNS));
    assertThat(last.key()).asString().isEqualTo("r");
    assertThat(last.value()).isNull();
    assertThat(
            RunTombstones.decode(
                sink -> last.headers().forEach(h -> sink.accept(h.key(), h.value()))))
        .hasValue(INCARNATION);
    assertThat(scheduler.records(Topic.DEAD_LETTERS)).isEmpty();
  }

  @Test
  void lostRunIsNotBuriedByASchedulerThatHasNotListenedForAWholeLease() {
    scheduler.listen(Duration.ofSeconds(1)).describe(run("r")).listen(LEASE.plusSeconds(1));
    try (TestScheduler heir =
        new TestScheduler(disk.resolve("heir"), SETTINGS, PolicyAnswer::next)) {
      scheduler.handOver(heir);

      heir.wait(Duration.ofHours(30));
      assertThat(heir.state("r")).isNotNull();
      heir.listen(LEASE).wait(RETENTION);

      assertThat(heir.state("r")).isNull();
    }
  }

  @Test
  void trainerThatStartsAgainWhileItsRunIsBuriedKeepsItsRun() {
    // Given a tombstone that is written before the new incarnation's description is read
    RunDescription again = run("r", INCARNATION + 1);
    scheduler.describe(again);
    scheduler.records(Topic.RUNS);

    // When it is read behind it
    scheduler.send(RunTombstones.encode("r", INCARNATION));

    // Then the description is the newest record of its key again
    assertThat(scheduler.state("r").description()).contains(again);
    assertThat(lastOf(scheduler.records(Topic.RUNS)).value())
        .isEqualTo(Messages.RUNS.encode(again).value());
    assertThat(scheduler.dropped(DropReason.CAME_BACK)).isEqualTo(1);
    scheduler.arrive(outcome("r", INCARNATION + 1, 1, "conv1", Samples.alpha(2)));
    assertThat(scheduler.state("r").steps().open()).containsOnlyKeys(1L);
  }

  @Test
  void endOfARunThatIsWrittenWhileItIsBuriedIsKept() {
    RunDescription ended = run("r").in(RunPhase.RUNNING.finish(100));
    scheduler.describe(ended);
    scheduler.records(Topic.RUNS);

    scheduler.send(RunTombstones.encode("r", INCARNATION));

    assertThat(scheduler.state("r").description()).contains(ended);
    assertThat(lastOf(scheduler.records(Topic.RUNS)).value())
        .isEqualTo(Messages.RUNS.encode(ended).value());
  }

  @Test
  void schedulerWithoutStateReadsTheTombstoneOfARunAsItsEnd() {
    scheduler.describe(run("r"));

    scheduler.send(RunTombstones.encode("r", INCARNATION));

    assertThat(scheduler.state("r")).isNull();
    assertThat(scheduler.records(Topic.RUNS)).isEmpty();
  }

  @Test
  void trainerThatIsHeardAfterItsRunWasBuriedIsCountedUntilItDescribesItsRun() {
    loseAndBury(run("r"));

    scheduler.progress("r", INCARNATION).arrive(analysed("r", 100, "conv1", 2.0));
    assertThat(scheduler.dropped(DropReason.UNDESCRIBED)).isEqualTo(1);
    assertThat(scheduler.state("r").waiting()).hasSize(1);
    scheduler.describe(run("r"));

    assertThat(scheduler.state("r").isRunning()).isTrue();
    assertThat(scheduler.state("r").steps().open()).containsOnlyKeys(100L);
  }

  @Test
  void lateWordOfAFencedTrainerDoesNotStayTheNewestRecordOfItsRun() {
    RunDescription known = run("r", INCARNATION + 1);
    scheduler.describe(run("r")).describe(known);

    scheduler.describe(run("r").in(RunPhase.RUNNING.fail("fenced")));

    assertThat(lastOf(scheduler.records(Topic.RUNS)).value())
        .isEqualTo(Messages.RUNS.encode(known).value());
    assertThat(scheduler.dropped(DropReason.OLDER_DESCRIPTION)).isEqualTo(1);
    assertThat(scheduler.state("r").description()).contains(known);
  }

  @Test
  void descriptionThatIsPublishedAgainBehindTheRunsEndIsMended() {
    RunDescription ended = run("r").in(RunPhase.RUNNING.finish(100));
    scheduler.describe(run("r")).describe(ended);

    scheduler.describe(run("r"));

    assertThat(lastOf(scheduler.records(Topic.RUNS)).value())
        .isEqualTo(Messages.RUNS.encode(ended).value());
    assertThat(scheduler.state("r").description()).contains(ended);
  }

  @Test
  void tombstoneWithoutHeadersDeletesWhateverIsKnown() {
    scheduler.describe(run("r", INCARNATION + 1));

    scheduler.send(Topic.RUNS, "r", new RecordHeaders(), null);

    assertThat(scheduler.state("r")).isNull();
  }

  private void loseAndBury(RunDescription run) {
    scheduler.listen(Duration.ofSeconds(1)).describe(run).listen(LEASE.plusSeconds(1));
    assertThat(scheduler.state("r").isLost()).isTrue();
    scheduler.wait(RETENTION);
  }

  private static <T> T lastOf(List<T> all) {
    assertThat(all).isNotEmpty();
    return all.get(all.size() - 1);
  }
}
