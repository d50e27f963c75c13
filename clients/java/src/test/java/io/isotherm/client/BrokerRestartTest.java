package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(240)
class BrokerRestartTest {

  private static final TestRuns.FixedWeights WEIGHTS = new TestRuns.FixedWeights(2);
  private static final Duration LONG = Duration.ofSeconds(90);

  @TempDir Path directory;

  @Test
  void aRunOutlivesItsBrokerAndTellsTheNewestWhenItReturns() throws Exception {
    EmbeddedKafka broker = EmbeddedKafka.startIn(directory, 0);
    TopicProvisioner.provision(KafkaSettings.at(broker.bootstrapServers()), LONG);
    String address = broker.bootstrapServers();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    RunDescription description = TestRuns.run("outlives", 1);
    ClientConfig config = ClientConfig.of(address).withBufferBytes(4 << 20).withCloseTimeout(LONG);
    TrainingRun run = TrainingRun.start(config, description);
    try {
      try (PlainKafka kafka = new PlainKafka(address)) {
        run.snapshot(1, 0, WEIGHTS);
        kafka.send(TestRuns.decision(description, 1, 1, TestRuns.factors(0.5, 1.5)));
        await()
            .atMost(LONG)
            .untilAsserted(
                () -> {
                  assertThat(run.newest().revision()).isEqualTo(1);
                  // A new partition can fail an idempotent producer's first request for good.
                  assertThat(run.counters().snapshotsPublished()).isPositive();
                });
      }
      broker.close();

      long longest = 0;
      for (int step = 1; step < 2000; step++) {
        long before = System.nanoTime();
        assertThat(run.beginStep(step).factor("conv")).isEqualTo(0.5);
        run.snapshot(step + 1, 0, WEIGHTS);
        run.progress(step + 1, 0, OptionalDouble.of(1), OptionalDouble.empty(), 0.1);
        longest = Math.max(longest, System.nanoTime() - before);
      }
      run.finish(2000);
      assertThat(Duration.ofNanos(longest)).isLessThan(Duration.ofMillis(2500));
      assertThat(run.counters().snapshotsDropped()).isPositive();

      broker = EmbeddedKafka.startIn(directory, port);
      run.close();

      assertThat(run.counters().snapshotsPublished()).isGreaterThan(2);
      assertThat(run.counters().snapshotsPublished() + run.counters().snapshotsDropped())
          .isEqualTo(run.counters().snapshotsTaken());
      try (PlainKafka kafka = new PlainKafka(address)) {
        assertThat(phase(kafka)).isEqualTo(new RunPhase.Finished(2000));
        List<Progress> told = told(kafka);
        assertThat(told.get(told.size() - 1).step()).isEqualTo(2000);
        assertThat(told.stream().flatMap(p -> p.applied().stream()))
            .contains(new AppliedDecision("d-1-1", 1, 1, 1));
      }
    } finally {
      run.close();
      broker.close();
    }
  }

  @Test
  void aRunThatStartedAloneTellsTheNewestWhenTheBrokerComes() throws Exception {
    EmbeddedKafka first = EmbeddedKafka.startIn(directory, 0);
    TopicProvisioner.provision(KafkaSettings.at(first.bootstrapServers()), LONG);
    String address = first.bootstrapServers();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    first.close();
    RunDescription description = TestRuns.run("early", 1);

    try (TrainingRun run =
        TrainingRun.start(ClientConfig.of(address).withCloseTimeout(Duration.ZERO), description)) {
      run.beginStep(0);
      run.snapshot(1, 0, WEIGHTS);
      try (EmbeddedKafka broker = EmbeddedKafka.startIn(directory, port);
          PlainKafka kafka = new PlainKafka(address)) {
        kafka.send(TestRuns.decision(description, 1, 1, TestRuns.factors(0.5, 1.5)));

        await()
            .atMost(LONG)
            .untilAsserted(
                () -> {
                  assertThat(run.counters().snapshotsPublished()).isEqualTo(2);
                  assertThat(run.newest().revision()).isEqualTo(1);
                  assertThat(phase(kafka)).isEqualTo(RunPhase.RUNNING);
                });
        assertThat(broker.bootstrapServers()).isEqualTo(address);
        run.finish(1);
      }
    }
  }

  private static RunPhase phase(PlainKafka kafka) throws Exception {
    RunPhase newest = null;
    for (ConsumerRecord<String, byte[]> r : all(kafka, Topic.RUNS)) {
      newest = KafkaRecords.decode(Messages.RUNS, r).phase();
    }
    return newest;
  }

  private static List<Progress> told(PlainKafka kafka) throws Exception {
    List<Progress> told = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> r : all(kafka, Topic.PROGRESS)) {
      told.add(KafkaRecords.decode(Messages.PROGRESS, r));
    }
    return told;
  }

  private static List<ConsumerRecord<String, byte[]>> all(PlainKafka kafka, Topic topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    records.addAll(kafka.records(topic, "outlives"));
    records.addAll(kafka.records(topic, "early"));
    return records;
  }
}
