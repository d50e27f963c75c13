package io.isotherm.monitor.feed;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.progress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.monitor.TestProducer;
import io.isotherm.monitor.view.NobodyListens;
import io.isotherm.monitor.view.RunHead;
import io.isotherm.testkit.TestKafka;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a monitor shows that was started after everything had happened. */
class RestartedMonitorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration LONG_LEASE = Duration.ofMinutes(15);

  /** So short that nothing but history holds what a test has sent. */
  private static final long TAIL = 2;

  private static TestProducer producer;

  @BeforeAll
  static void openProducer() {
    producer = new TestProducer();
  }

  @AfterAll
  static void closeProducer() {
    producer.close();
  }

  @Test
  void closeOfAFencedTrainerIsNotTheEndOfTheRun() throws Exception {
    producer.send(Messages.RUNS, description("resumed", 7));
    producer.send(Messages.PROGRESS, progress("resumed", 7, 500));
    producer.send(Messages.RUNS, description("resumed", 8));
    producer.send(Messages.PROGRESS, progress("resumed", 8, 400));
    producer.send(Messages.RUNS, description("resumed", 7).in(new RunPhase.Finished(510)));

    try (TestMonitor monitor = monitor(LONG_LEASE)) {
      await().atMost(PATIENCE).until(() -> monitor.status().history().complete());

      RunHead head = monitor.run("resumed").head();
      assertThat(head.incarnation()).isEqualTo(8);
      assertThat(head.phase()).isEqualTo("running");
      assertThat(head.step()).hasValue(400);
    }
  }

  /** As compaction leaves it. */
  @Test
  void closeOfAFencedTrainerThatIsTheOnlyDescriptionLeftIsNotTheEndOfTheRun() throws Exception {
    producer.send(Messages.PROGRESS, progress("compacted", 8, 400));
    producer.send(Messages.RUNS, description("compacted", 7).in(new RunPhase.Finished(510)));

    try (TestMonitor monitor = monitor(LONG_LEASE)) {
      await().atMost(PATIENCE).until(() -> monitor.status().history().complete());

      RunHead head = monitor.run("compacted").head();
      assertThat(head.incarnation()).isEqualTo(8);
      assertThat(head.phase()).isEqualTo("running");
      assertThat(head.title()).isEqualTo("ResNet-14 on Fashion-MNIST");
    }
  }

  @Test
  void runWhoseDescriptionWasDeletedIsNotBroughtBackByWhatItLeftBehind() throws Exception {
    producer.send(Messages.RUNS, description("deleted", 1));
    for (int step = 1; step <= 10; step++) {
      producer.send(Messages.PROGRESS, progress("deleted", 1, step));
      producer.send(Messages.SPECTRA, analysed("deleted", 1, step, BLOCK, 2.5));
    }

    try (TestMonitor before = monitor(LONG_LEASE)) {
      await().atMost(PATIENCE).until(() -> before.knows("deleted"));
      producer.sendRaw(Topic.RUNS, "deleted", null);
      await().atMost(PATIENCE).until(() -> !before.knows("deleted"));

      try (TestMonitor after = monitor(LONG_LEASE)) {
        await().atMost(PATIENCE).until(() -> after.status().history().complete());
        assertThat(after.knows("deleted")).isFalse();

        producer.send(Messages.PROGRESS, progress("deleted", 1, 11));
        await().atMost(PATIENCE).until(() -> before.knows("deleted") && after.knows("deleted"));
      }
    }
  }

  @Test
  void runThatTheSchedulerBuriedIsGoneUnlessItHasResumed() throws Exception {
    producer.send(Messages.RUNS, description("buried", 7));
    producer.send(Messages.PROGRESS, progress("buried", 7, 10));
    producer.send(Messages.RUNS, description("resumed-in-time", 8));
    producer.send(RunTombstones.encode("buried", 7));
    producer.send(RunTombstones.encode("resumed-in-time", 7));

    try (TestMonitor monitor = monitor(LONG_LEASE)) {
      await().atMost(PATIENCE).until(() -> monitor.status().history().complete());

      assertThat(monitor.knows("buried")).isFalse();
      assertThat(monitor.run("resumed-in-time").head().phase()).isEqualTo("running");
    }
  }

  @Test
  void runThatDiedWithoutAWordIsLostUntilItSpeaks() throws Exception {
    Instant yesterday = Instant.now().minus(Duration.ofDays(1));
    producer.sendAt(Messages.RUNS, description("silent", 1), yesterday);
    producer.sendAt(Messages.PROGRESS, progress("silent", 1, 10), yesterday);

    try (TestMonitor monitor = monitor(Duration.ofSeconds(30))) {
      await().atMost(PATIENCE).until(() -> phase(monitor, "silent").equals("lost"));

      producer.sendAt(Messages.PROGRESS, progress("silent", 1, 11), yesterday);

      await().atMost(PATIENCE).until(() -> phase(monitor, "silent").equals("running"));
      assertThat(monitor.run("silent").head().step()).hasValue(11);
    }
  }

  private static String phase(TestMonitor monitor, String run) {
    return monitor.knows(run) ? monitor.run(run).head().phase() : "not there";
  }

  private static TestMonitor monitor(Duration lease) {
    return new TestMonitor(TestKafka.broker().bootstrapServers(), lease, TAIL, new NobodyListens());
  }
}
