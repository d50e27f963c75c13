package io.isotherm.monitor.feed;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.STEM;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.decision;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.progress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.monitor.TestProducer;
import io.isotherm.monitor.view.NobodyListens;
import io.isotherm.monitor.view.RunDetails;
import io.isotherm.monitor.view.RunEvent;
import io.isotherm.monitor.view.RunListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A broker with much history: 165,000 records of four runs, one of them resumed. */
class HistoryTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration LEASE = Duration.ofMinutes(15);
  private static final List<String> RUNS = List.of("first", "second", "third", "resumed");
  private static final int STEPS = 40_000;
  private static final int FENCED_AT = 30_000;
  private static final int RESUMED_AT = 20_000;

  private static EmbeddedKafka broker;
  private static TestProducer producer;

  @BeforeAll
  static void trainForDays() throws Exception {
    broker = EmbeddedKafka.start();
    TopicProvisioner.provision(KafkaSettings.at(broker.bootstrapServers()), Duration.ofSeconds(60));
    producer = new TestProducer(broker.bootstrapServers());
    for (String run : RUNS) {
      producer.sendSoon(Messages.RUNS, description(run, 1));
    }
    for (int step = 1; step <= STEPS; step++) {
      if (step == FENCED_AT + 1) {
        producer.sendSoon(Messages.RUNS, description("resumed", 2));
      }
      for (String run : RUNS) {
        if (run.equals("resumed") && step > FENCED_AT) {
          train(run, 2, step - FENCED_AT + RESUMED_AT);
        } else {
          train(run, 1, step);
        }
      }
    }
    producer.flush();
  }

  @AfterAll
  static void close() {
    producer.close();
    broker.close();
  }

  @Test
  void newestIsThereBeforeHistoryIsReadAndAllIsThereAfterwards() throws Exception {
    PausingListener pause = new PausingListener();
    try (TestMonitor monitor =
        new TestMonitor(broker.bootstrapServers(), LEASE, TopicFeed.TAIL, pause)) {
      pause.awaitHistoryBegun();

      FeedStatus atFirst = monitor.status();
      assertThat(atFirst.caughtUp()).isTrue();
      assertThat(atFirst.history().complete()).isFalse();
      assertThat(atFirst.history().share()).isLessThan(0.5);
      assertThat(atFirst.records()).isLessThan(50_000);
      for (String run : RUNS) {
        RunDetails newest = monitor.run(run);
        assertThat(newest.historyComplete()).isFalse();
        assertThat(newest.head().phase()).isEqualTo("running");
        assertThat(newest.head().step()).hasValue(lastStepOf(run));
        assertThat(newest.loss().steps()).isNotEmpty().doesNotContain(1L).endsWith(lastStepOf(run));
      }

      producer.send(Messages.PROGRESS, progress("first", 1, STEPS + 1));
      pause.end();
      await().atMost(PATIENCE).until(() -> monitor.status().history().complete());
      await().atMost(PATIENCE).until(() -> lastStep(monitor, "first") == STEPS + 1);

      assertThat(monitor.status().history().share()).isEqualTo(1);
      assertThatItShowsWhatReadingFromTheStartShows(monitor);
    }
  }

  private static void assertThatItShowsWhatReadingFromTheStartShows(TestMonitor monitor) {
    try (TestMonitor fromTheStart =
        new TestMonitor(broker.bootstrapServers(), LEASE, Long.MAX_VALUE, new NobodyListens())) {
      await().atMost(PATIENCE).until(() -> fromTheStart.status().history().complete());
      for (String run : RUNS) {
        RunDetails complete = monitor.run(run);
        assertThat(complete.loss().steps()).startsWith(1L).hasSizeGreaterThan(100);
        assertThat(complete)
            .usingRecursiveComparison()
            .ignoringFields("version", "head.ageMillis")
            .isEqualTo(fromTheStart.run(run));
      }
      assertThat(monitor.run("resumed").incarnations())
          .containsExactly(new RunDetails.Takeover(2, RESUMED_AT + 1));
    }
  }

  private static long lastStepOf(String run) {
    return run.equals("resumed") ? RESUMED_AT + STEPS - FENCED_AT : STEPS;
  }

  private static long lastStep(TestMonitor monitor, String run) {
    return monitor.run(run).head().step().orElse(0);
  }

  private static void train(String run, long incarnation, int step) {
    producer.sendSoon(Messages.PROGRESS, progress(run, incarnation, step));
    if (step % 100 == 0) {
      producer.sendSoon(Messages.SPECTRA, analysed(run, incarnation, step, STEM, 2 + step / 1e5));
      producer.sendSoon(Messages.SPECTRA, analysed(run, incarnation, step, BLOCK, 3 + step / 1e5));
      producer.sendSoon(Messages.LEARNING_RATES, decision(run, incarnation, step / 100, step));
    }
  }

  /** Holds the reading thread when the first history of a run has been read. */
  private static final class PausingListener implements RunListener {

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Nobody watches before the feed is live: only what is told of history is heard then. */
    @Override
    public boolean wants(String run) {
      return true;
    }

    @Override
    public void changed(RunEvent event) {
      if (event instanceof RunEvent.Described && !event.head().loss().isEmpty()) {
        begun.countDown();
        try {
          assertThat(goOn.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }

    void awaitHistoryBegun() throws InterruptedException {
      assertThat(begun.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    void end() {
      goOn.countDown();
    }
  }
}
