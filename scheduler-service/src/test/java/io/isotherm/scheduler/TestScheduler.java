package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.scheduler.rules.DropReason;
import io.isotherm.scheduler.rules.Policy;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Trigger;
import io.isotherm.spectra.policy.PolicyAnswer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;

/** The real topology without a broker, with a clock that moves when it is told to. */
final class TestScheduler implements AutoCloseable {

  static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  /** The default of the service. */
  private static final Duration LOOK = Duration.ofMillis(500);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;
  private final AtomicBoolean listening = new AtomicBoolean(true);
  private final AtomicInteger partitions = new AtomicInteger();

  TestScheduler(Path stateDir) {
    this(stateDir, Map.of(), PolicyAnswer::next);
  }

  TestScheduler(Path stateDir, Map<String, String> settings, Policy policy) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "isotherm-scheduler");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:1");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    driver =
        new TopologyTestDriver(
            SchedulerTopology.build(
                TestConfig.with(settings),
                TestConfig.lease(settings),
                new SchedulerMetrics(registry),
                policy,
                listening::get,
                partitions::get),
            properties,
            Instant.parse("2026-01-01T00:00:00Z"));
  }

  TestScheduler describe(RunDescription run) {
    return send(Messages.RUNS.encode(run));
  }

  TestScheduler arrive(LayerOutcome... outcomes) {
    for (LayerOutcome outcome : outcomes) {
      send(Messages.SPECTRA.encode(outcome));
    }
    return this;
  }

  TestScheduler send(WireRecord message) {
    RecordHeaders headers = new RecordHeaders();
    message.headers().forEach(headers::add);
    return send(message.topic(), message.key(), headers, message.value());
  }

  TestScheduler send(Topic topic, String key, RecordHeaders headers, byte[] value) {
    byte[] rawKey = key == null ? null : key.getBytes(StandardCharsets.UTF_8);
    driver
        .createInputTopic(topic.topicName(), new ByteArraySerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(rawKey, value, headers, 1_767_225_600_000L));
    return this;
  }

  TestScheduler wait(Duration time) {
    driver.advanceWallClockTime(time);
    return this;
  }

  /** Lets time pass as it does in a process that is awake: look by look at the clocks. */
  TestScheduler listen(Duration time) {
    for (long millis = 0; millis < time.toMillis(); millis += LOOK.toMillis()) {
      driver.advanceWallClockTime(LOOK);
    }
    return this;
  }

  /** Whether the broker can be reached from now on. */
  TestScheduler reaches(boolean broker) {
    listening.set(broker);
    return this;
  }

  /** How many partitions the topics have from now on; all records lie in the first. */
  TestScheduler partitions(int count) {
    partitions.set(count);
    return this;
  }

  /** What has been refused since the last call. */
  List<Refusal> refusals() {
    return records(Topic.REFUSALS).stream()
        .map(record -> decode(Messages.REFUSALS, record))
        .toList();
  }

  TestScheduler progress(String run, long incarnation) {
    return send(Messages.PROGRESS.encode(Samples.progress(run, incarnation)));
  }

  /** What has been published since the last call, as a reader with the contracts' codec sees it. */
  List<Decision> decisions() {
    return records(Topic.LEARNING_RATES).stream()
        .map(record -> decode(Messages.LEARNING_RATES, record))
        .toList();
  }

  /** The same of the shadows. */
  List<Decision> shadowDecisions() {
    return records(Topic.SHADOW_DECISIONS).stream()
        .map(record -> decode(Messages.SHADOW_DECISIONS, record))
        .toList();
  }

  TestScheduler control(Control.Command command) {
    return control(Samples.INCARNATION, command);
  }

  TestScheduler control(long incarnation, Control.Command command) {
    return send(
        Messages.CONTROLS.encode(
            new Control("r", incarnation, command, new Signature("ada", 1_000))));
  }

  Decision decision() {
    List<Decision> decisions = decisions();
    assertThat(decisions).hasSize(1);
    return decisions.get(0);
  }

  List<TestRecord<byte[], byte[]>> records(Topic topic) {
    return driver
        .createOutputTopic(
            topic.topicName(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readRecordsToList();
  }

  RunState state(String run) {
    return RunMemory.read(
            run, driver.getKeyValueStore(RunMemory.RUNS), driver.getKeyValueStore(RunMemory.LAYERS))
        .orElse(null);
  }

  /** The part of a run's state that is not written with each outcome. */
  RunState withoutLayers(String run) {
    return driver.<String, StoredRun>getKeyValueStore(RunMemory.RUNS).get(run).state();
  }

  /** As an older release, or nobody, would have written it. */
  void put(String run, StoredRun stored) {
    driver.<String, StoredRun>getKeyValueStore(RunMemory.RUNS).put(run, stored);
  }

  /** Gives its state to an instance that takes over, which has nothing in memory. */
  void handOver(TestScheduler heir) {
    for (String name : List.of(RunMemory.RUNS, RunMemory.LAYERS)) {
      KeyValueStore<String, Object> into = heir.driver.getKeyValueStore(name);
      try (var all = driver.<String, Object>getKeyValueStore(name).all()) {
        all.forEachRemaining(each -> into.put(each.key, each.value));
      }
    }
  }

  LayerRecord layer(String run, String layer) {
    return driver.<String, LayerRecord>getKeyValueStore(RunMemory.LAYERS).get(run + "/" + layer);
  }

  /** The decisions that are kept to be shown, as JSON, in no order. */
  List<String> kept(String run) {
    return RecentDecisions.read(driver.<String, byte[]>getKeyValueStore(RecentDecisions.STORE), run)
        .stream()
        .map(json -> new String(json, StandardCharsets.UTF_8))
        .toList();
  }

  double dropped(DropReason reason) {
    return registry.get(SchedulerMetrics.DROPPED).tag("reason", reason.tag()).counter().count();
  }

  double decided(Trigger trigger) {
    return registry.get(SchedulerMetrics.DECISIONS).tag("trigger", trigger.tag()).counter().count();
  }

  double count(String counter) {
    return registry.get(counter).counter().count();
  }

  @Override
  public void close() {
    driver.close();
  }

  private static <T> T decode(JsonCodec<T> codec, TestRecord<byte[], byte[]> record) {
    try {
      return codec.decode(
          new String(record.key(), StandardCharsets.UTF_8),
          KafkaRecords.headers(record.headers()),
          record.value());
    } catch (InvalidMessageException e) {
      throw new AssertionError(e);
    }
  }
}
