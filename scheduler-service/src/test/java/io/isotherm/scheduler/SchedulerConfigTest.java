package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.decision.FactorBounds;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchedulerConfigTest {

  @Test
  void everyKeyHasItsDefault() throws ReflectiveOperationException {
    SchedulerConfig config = TestConfig.with(Map.of());

    Map<String, Object> values = new TreeMap<>();
    for (Method key : SchedulerConfig.class.getDeclaredMethods()) {
      values.put(key.getName(), key.invoke(config));
    }
    assertThat(values)
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("decisionDeadline", Duration.ofSeconds(30)),
                Map.entry("checkInterval", Duration.ofMillis(500)),
                Map.entry("maxOpenSteps", 16),
                Map.entry("maxWaitingOutcomes", 1024),
                Map.entry("minFactor", FactorBounds.DEFAULT.min()),
                Map.entry("maxFactor", FactorBounds.DEFAULT.max()),
                Map.entry("runRetention", Duration.ofHours(24)),
                Map.entry("lostRetention", Duration.ofHours(24)),
                Map.entry("decisionsKept", 20),
                Map.entry("layersInMemory", 50_000),
                Map.entry("advertisedAddress", "127.0.0.1:8083"),
                Map.entry("requestTimeout", Duration.ofSeconds(5)),
                Map.entry(
                    "stateDir",
                    Path.of(System.getProperty("java.io.tmpdir"), "isotherm-scheduler")
                        .toString())));
  }

  @Test
  void everyKeyCanBeSet() {
    SchedulerConfig config =
        TestConfig.with(
            Map.ofEntries(
                Map.entry("isotherm.scheduler.decision-deadline", "1s"),
                Map.entry("isotherm.scheduler.check-interval", "2s"),
                Map.entry("isotherm.scheduler.max-open-steps", "3"),
                Map.entry("isotherm.scheduler.max-waiting-outcomes", "4"),
                Map.entry("isotherm.scheduler.min-factor", "0.5"),
                Map.entry("isotherm.scheduler.max-factor", "6"),
                Map.entry("isotherm.scheduler.run-retention", "7h"),
                Map.entry("isotherm.scheduler.lost-retention", "5h"),
                Map.entry("isotherm.scheduler.decisions-kept", "8"),
                Map.entry("isotherm.scheduler.layers-in-memory", "12"),
                Map.entry("isotherm.scheduler.advertised-address", "10.0.0.9:8083"),
                Map.entry("isotherm.scheduler.request-timeout", "9s"),
                Map.entry("isotherm.scheduler.state-dir", "/data")));

    assertThat(config.decisionDeadline()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.checkInterval()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.maxOpenSteps()).isEqualTo(3);
    assertThat(config.maxWaitingOutcomes()).isEqualTo(4);
    assertThat(config.minFactor()).isEqualTo(0.5);
    assertThat(config.maxFactor()).isEqualTo(6);
    assertThat(config.runRetention()).isEqualTo(Duration.ofHours(7));
    assertThat(config.lostRetention()).isEqualTo(Duration.ofHours(5));
    assertThat(config.decisionsKept()).isEqualTo(8);
    assertThat(config.advertisedAddress()).isEqualTo("10.0.0.9:8083");
    assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(config.layersInMemory()).isEqualTo(12);
    assertThat(config.stateDir()).isEqualTo("/data");
  }

  @Test
  void leaseHasItsDefaultAndCanBeSet() {
    assertThat(TestConfig.lease(Map.of()).lease()).isEqualTo(Duration.ofMinutes(15));
    assertThat(TestConfig.lease(Map.of("isotherm.lease", "90s")).lease())
        .isEqualTo(Duration.ofSeconds(90));
  }

  @Test
  void boundThatMakesNoSenseIsNamedAtTheStart() {
    SchedulerConfig config = TestConfig.with(Map.of("isotherm.scheduler.min-factor", "200"));
    SchedulerMetrics metrics = new SchedulerMetrics(new SimpleMeterRegistry());

    assertThatThrownBy(
            () ->
                SchedulerTopology.build(
                    config,
                    TestConfig.lease(Map.of()),
                    metrics,
                    PolicyAnswer::next,
                    () -> true,
                    () -> 0))
        .hasMessage(
            "isotherm.scheduler.min-factor must not exceed isotherm.scheduler.max-factor 100.0,"
                + " got: 200.0");
  }

  @Test
  void streamsSettingsAreThoseThatTheServicePromises() {
    assertThat(ServiceProperties.streams())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("processing.guarantee", "exactly_once_v2"),
                Map.entry("num.stream.threads", "1"),
                Map.entry("rocksdb.config.setter", SharedRocksMemory.class.getName()),
                Map.entry(
                    "state.dir",
                    "${isotherm.scheduler.state-dir:${java.io.tmpdir}/isotherm-scheduler}"),
                Map.entry("commit.interval.ms", "100"),
                Map.entry("poll.ms", "50"),
                Map.entry("producer.linger.ms", "5"),
                Map.entry("producer.compression.type", "zstd"),
                Map.entry("producer.max.request.size", "16777216"),
                Map.entry("consumer.session.timeout.ms", "10000"),
                Map.entry("consumer.heartbeat.interval.ms", "3000")));
  }

  @Test
  void serviceWaitsForTheTopicsOfItsTopology() {
    assertThat(ServiceProperties.all().getProperty("quarkus.kafka-streams.topics").split(","))
        .containsExactlyElementsOf(
            Stream.of(
                    Topic.RUNS,
                    Topic.PROGRESS,
                    Topic.SPECTRA,
                    Topic.CONTROLS,
                    Topic.LEARNING_RATES,
                    Topic.SHADOW_DECISIONS,
                    Topic.REFUSALS,
                    Topic.DEAD_LETTERS)
                .map(Topic::topicName)
                .toList());
  }

  @Test
  void topicsThatMeetInOneTaskHaveEquallyManyPartitions() {
    assertThat(Topic.JOINED).extracting(Topic::partitions).containsOnly(Topic.RUNS.partitions());
  }
}
