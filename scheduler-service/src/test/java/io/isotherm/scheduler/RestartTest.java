package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.analysed;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a broker of its own, since the service's test decides about every run of the shared one. */
class RestartTest {

  private static final long SECONDS_TO_DECIDE = 90;

  @TempDir Path firstDisk;
  @TempDir Path secondDisk;

  @Test
  void newInstanceWithAnEmptyDiskContinuesFromTheChangelog() {
    try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
      TopicProvisioner.provision(
          KafkaSettings.at(kafka.bootstrapServers()), Duration.ofSeconds(30));
      try (BrokerClient broker = new BrokerClient(kafka.bootstrapServers())) {
        broker.send(Messages.RUNS.encode(Samples.run("r")));
        step(broker, "r", 100, 2.0, 3.0, 4.0);
        broker.send(Messages.SPECTRA.encode(analysed("r", 200, "conv1", 2.5)));
        try (KafkaStreams first = scheduler(kafka.bootstrapServers(), firstDisk)) {
          await().atMost(SECONDS_TO_DECIDE, SECONDS).until(() -> broker.decisions("r").size() == 1);
          assertThat(first.close(Duration.ofSeconds(30))).isTrue();
        }

        try (KafkaStreams second = scheduler(kafka.bootstrapServers(), secondDisk)) {
          broker.send(Messages.SPECTRA.encode(analysed("r", 200, "conv2", 3.5)));
          broker.send(Messages.SPECTRA.encode(analysed("r", 200, "fc", 4.5)));
          await().atMost(SECONDS_TO_DECIDE, SECONDS).until(() -> broker.decisions("r").size() == 2);
          assertThat(second.state().isRunningOrRebalancing()).isTrue();
        }

        List<Decision> decisions = broker.decisions("r");
        assertThat(decisions).extracting(Decision::revision).containsExactly(1L, 2L);
        assertThat(decisions).extracting(Decision::step).containsExactly(100L, 200L);
        assertThat(decisions.get(1).missing()).isEmpty();
        assertThat(decisions.get(1).layers())
            .extracting(LayerRate::factor)
            .containsExactly(0.5, 0.5, 1.0, 1.5);
      }
    }
  }

  @Test
  void openStepWaitsForItsWholeDeadlineAgainWhereItIsTakenOver() {
    Map<String, String> settings =
        Map.of(
            "isotherm.scheduler.decision-deadline",
            "1h",
            "isotherm.scheduler.check-interval",
            "10ms");
    try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
      TopicProvisioner.provision(
          KafkaSettings.at(kafka.bootstrapServers()), Duration.ofSeconds(30));
      try (BrokerClient broker = new BrokerClient(kafka.bootstrapServers())) {
        broker.send(Messages.RUNS.encode(Samples.run("r")));
        broker.send(Messages.RUNS.encode(Samples.run("other")));
        step(broker, "r", 100, 2.0, 3.0, 4.0);
        broker.send(Messages.SPECTRA.encode(analysed("r", 200, "conv1", 2.5)));
        try (KafkaStreams first = scheduler(kafka.bootstrapServers(), firstDisk)) {
          await().atMost(SECONDS_TO_DECIDE, SECONDS).until(() -> broker.decisions("r").size() == 1);
          assertThat(first.close(Duration.ofSeconds(30))).isTrue();
        }

        try (KafkaStreams second = scheduler(kafka.bootstrapServers(), secondDisk, settings)) {
          // Deadlines have been looked at by the time at which the other run has its decision.
          step(broker, "other", 100, 2.0, 3.0, 4.0);
          await()
              .atMost(SECONDS_TO_DECIDE, SECONDS)
              .until(() -> broker.decisions("other").size() == 1);
          broker.send(Messages.SPECTRA.encode(analysed("r", 200, "conv2", 3.5)));
          broker.send(Messages.SPECTRA.encode(analysed("r", 200, "fc", 4.5)));
          await().atMost(SECONDS_TO_DECIDE, SECONDS).until(() -> broker.decisions("r").size() == 2);
          assertThat(second.state().isRunningOrRebalancing()).isTrue();
        }

        assertThat(broker.decisions("r").get(1).missing()).isEmpty();
      }
    }
  }

  private static KafkaStreams scheduler(String bootstrapServers, Path stateDir) {
    return scheduler(bootstrapServers, stateDir, Map.of());
  }

  private static KafkaStreams scheduler(
      String bootstrapServers, Path stateDir, Map<String, String> settings) {
    Properties properties = new Properties();
    properties.putAll(ServiceProperties.streams());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "isotherm-scheduler");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    KafkaStreams streams =
        new KafkaStreams(
            SchedulerTopology.build(
                TestConfig.with(settings),
                TestConfig.lease(settings),
                new SchedulerMetrics(new SimpleMeterRegistry()),
                PolicyAnswer::next,
                () -> true,
                () -> 0),
            properties);
    streams.start();
    return streams;
  }

  private static void step(BrokerClient broker, String run, long step, double... alphas) {
    broker.send(Messages.SPECTRA.encode(analysed(run, step, "conv1", alphas[0])));
    broker.send(Messages.SPECTRA.encode(analysed(run, step, "conv2", alphas[1])));
    broker.send(Messages.SPECTRA.encode(analysed(run, step, "fc", alphas[2])));
  }
}
