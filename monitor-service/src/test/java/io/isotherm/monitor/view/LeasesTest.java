package io.isotherm.monitor.view;

import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.progress;
import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.run.RunPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a silent run is lost; the lease is 15 minutes, so an interruption grants 90 seconds. */
class LeasesTest {

  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  private final List<RunEvent> events = new ArrayList<>();
  private final RunListener listener =
      new RunListener() {
        @Override
        public boolean wants(String run) {
          return true;
        }

        @Override
        public void changed(RunEvent event) {
          events.add(event);
        }
      };
  private Instant now = START;
  private final MonitoredRuns runs =
      new MonitoredRuns(
          new MemoryLimits(2, 10, 4, 400, 10_000, 5), Duration.ofMinutes(15), () -> now, listener);

  @Test
  void runThatIsSilentForItsLeaseIsLostAndComesBackWhenItSpeaks() {
    listenFromNowOn();
    runs.describe(description("a", 1), written(now));
    runs.progress(progress("a", 1, 10), written(now));

    listenFor(Duration.ofSeconds(14 * 60 + 59));
    String before = phase("a");
    listenFor(Duration.ofSeconds(1));
    String after = phase("a");
    runs.progress(progress("a", 1, 11), written(now));

    assertThat(before).isEqualTo("running");
    assertThat(after).isEqualTo("lost");
    assertThat(phase("a")).isEqualTo("running");
    assertThat(runs.run("a").orElseThrow().head().step()).hasValue(11);
  }

  @Test
  void watchersAreToldWhenTheirRunIsLost() {
    listenFromNowOn();
    runs.describe(description("a", 1), written(now));
    events.clear();

    listenFor(Duration.ofMinutes(20));

    assertThat(events)
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event).isInstanceOf(RunEvent.Described.class);
              assertThat(event.head().phase()).isEqualTo("lost");
            });
  }

  @Test
  void runThatHasEndedIsNeverLost() {
    listenFromNowOn();
    runs.describe(description("a", 1).in(new RunPhase.Finished(9)), written(now));
    runs.describe(description("b", 1).in(new RunPhase.Failed("no memory left")), written(now));

    listenFor(Duration.ofDays(1));

    assertThat(phase("a")).isEqualTo("finished");
    assertThat(phase("b")).isEqualTo("failed");
  }

  @Test
  void runThatDiedBeforeTheMonitorStartedHasATenthOfItsLeaseToSpeak() {
    runs.describe(description("a", 1), written(now.minus(Duration.ofDays(3))));
    runs.progress(progress("a", 1, 10), written(now.minus(Duration.ofDays(2))));
    listenFromNowOn();

    String atFirst = phase("a");
    listenFor(Duration.ofSeconds(89));
    String before = phase("a");
    listenFor(Duration.ofSeconds(1));

    assertThat(List.of(atFirst, before)).containsOnly("running");
    assertThat(phase("a")).isEqualTo("lost");
  }

  @Test
  void trainerWhoseClockIsBehindIsNotLost() {
    listenFromNowOn();
    runs.describe(description("a", 1), written(now.minus(Duration.ofHours(5))));

    for (int minute = 0; minute < 60; minute++) {
      listenFor(Duration.ofMinutes(1));
      runs.progress(progress("a", 1, minute), written(now.minus(Duration.ofHours(5))));
      assertThat(phase("a")).isEqualTo("running");
    }
  }

  @Test
  void trainerWhoseClockIsAheadIsLostNoLater() {
    listenFromNowOn();
    runs.describe(description("a", 1), written(now.plus(Duration.ofHours(5))));

    listenFor(Duration.ofMinutes(15));

    assertThat(phase("a")).isEqualTo("lost");
  }

  @Test
  void nobodyIsLostBecauseTheMonitorOrTheBrokerWasAway() {
    listenFromNowOn();
    runs.describe(description("alive", 1), written(now));
    runs.describe(description("dead", 1), written(now));

    now = now.plus(Duration.ofHours(2));
    String meanwhile = phase("alive");
    runs.heardAllUpTo(now);
    String backAgain = phase("alive");
    listenFor(Duration.ofSeconds(60));
    runs.progress(progress("alive", 1, 10), written(now));
    listenFor(Duration.ofSeconds(30));

    assertThat(List.of(meanwhile, backAgain)).containsOnly("running");
    assertThat(phase("alive")).isEqualTo("running");
    assertThat(phase("dead")).isEqualTo("lost");
  }

  @Test
  void runWhoseProgressMayStillBeFoundInHistoryIsNotLost() {
    runs.describe(description("a", 1), written(now.minus(Duration.ofDays(3))));
    runs.live();
    runs.heardAllUpTo(now);

    listenFor(Duration.ofMinutes(10));
    String whileReading = phase("a");
    runs.progress(
        progress("a", 1, 10), new RecordOrigin(now.minus(Duration.ofMinutes(12)), 7, true));
    listenFor(Duration.ofSeconds(179));
    String found = phase("a");
    listenFor(Duration.ofSeconds(1));

    assertThat(List.of(whileReading, found)).containsOnly("running");
    assertThat(phase("a")).isEqualTo("lost");
  }

  @Test
  void runThatHasNeverReportedIsLostOnceHistoryHasBeenRead() {
    runs.describe(description("a", 1), written(now.minus(Duration.ofDays(3))));
    runs.live();
    runs.heardAllUpTo(now);
    listenFor(Duration.ofMinutes(10));
    String before = phase("a");

    runs.historyRead();

    assertThat(before).isEqualTo("running");
    assertThat(phase("a")).isEqualTo("lost");
  }

  @Test
  void lostRunsAreForgottenBeforeThoseThatHaveEnded() {
    listenFromNowOn();
    runs.describe(description("finished", 1).in(new RunPhase.Finished(9)), written(now));
    listenFor(Duration.ofMinutes(1));
    runs.describe(description("silent", 1), written(now));
    listenFor(Duration.ofMinutes(20));

    runs.describe(description("new", 1), written(now));

    assertThat(runs.runs()).extracting(RunHead::run).containsExactly("new", "finished");
  }

  @Test
  void lostRunStandsBehindThoseThatRun() {
    listenFromNowOn();
    runs.describe(description("silent", 9), written(now));
    listenFor(Duration.ofMinutes(20));
    runs.describe(description("alive", 1), written(now));

    assertThat(runs.runs()).extracting(RunHead::run).containsExactly("alive", "silent");
  }

  private void listenFromNowOn() {
    runs.live();
    runs.heardAllUpTo(now);
    runs.historyRead();
  }

  /** Keeps up with the broker, which has nothing new. */
  private void listenFor(Duration time) {
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      Instant next = now.plusSeconds(10);
      now = next.isAfter(end) ? end : next;
      runs.heardAllUpTo(now);
    }
  }

  private String phase(String run) {
    return runs.run(run).orElseThrow().head().phase();
  }

  private static RecordOrigin written(Instant at) {
    return new RecordOrigin(at, 0, false);
  }
}
