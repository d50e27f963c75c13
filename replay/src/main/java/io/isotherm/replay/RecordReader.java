package io.isotherm.replay;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.terminal.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads what Kafka holds of a run now: every topic from its beginning to where it ends at the
 * moment, without a consumer group, so that nothing is left behind.
 */
public final class RecordReader implements AutoCloseable {

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(200);

  /** A broker that sends nothing for so long will not send the rest. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final int NAMED = 10;

  private final KafkaConsumer<String, byte[]> consumer;

  private RecordReader(KafkaConsumer<String, byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * Reads the newest incarnation of a run.
   *
   * @throws UserError with one line if the broker does not answer, or knows no such run
   */
  public static RecordedRun read(String bootstrapServers, String run) {
    try (RecordReader reader = new RecordReader(consumer(bootstrapServers))) {
      RunDescription description = reader.description(run);
      List<Decision> decisions = new ArrayList<>();
      List<LayerOutcome> outcomes = new ArrayList<>();
      // Decisions first: what they name has been measured, and is on the other topic by then.
      reader.each(Messages.LEARNING_RATES, run, decisions::add);
      reader.each(Messages.SPECTRA, run, outcomes::add);
      return RecordedRun.of(description, decisions, outcomes);
    } catch (KafkaException e) {
      throw new UserError(
          "the broker at %s does not answer: %s; name it with --bootstrap-servers"
              .formatted(bootstrapServers, e.getMessage()),
          e);
    }
  }

  private static KafkaConsumer<String, byte[]> consumer(String bootstrapServers) {
    return new KafkaConsumer<>(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
            false,
            ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            (int) ANSWER.toMillis(),
            ConsumerConfig.CLIENT_ID_CONFIG,
            "isotherm-replay"),
        new StringDeserializer(),
        new ByteArrayDeserializer());
  }

  private RunDescription description(String run) {
    List<RunDescription> found = new ArrayList<>();
    TreeSet<String> others = new TreeSet<>();
    scan(
        Topic.RUNS,
        (key, record) -> {
          if (key.equals(run)) {
            found.clear();
            if (record.value() != null) {
              found.add(decoded(Messages.RUNS, record));
            }
          } else {
            others.add(key);
          }
        });
    if (found.isEmpty()) {
      throw new UserError(
          "no run '%s' is recorded here; %s"
              .formatted(
                  run,
                  others.isEmpty()
                      ? "there is none at all"
                      : "there is "
                          + others.stream().limit(NAMED).collect(Collectors.joining(", "))
                          + (others.size() > NAMED ? ", ..." : "")));
    }
    return found.get(0);
  }

  private <T> void each(JsonCodec<T> codec, String run, Consumer<T> sink) {
    scan(
        codec.topic(),
        (key, record) -> {
          if (key.equals(run)) {
            sink.accept(decoded(codec, record));
          }
        });
  }

  private void scan(Topic topic, BiConsumer<String, ConsumerRecord<String, byte[]>> sink) {
    List<PartitionInfo> known = consumer.partitionsFor(topic.topicName());
    if (known == null || known.isEmpty()) {
      throw new UserError("the broker has no topic %s".formatted(topic.topicName()));
    }
    List<TopicPartition> partitions =
        known.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long heard = System.nanoTime();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      int count = 0;
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        count++;
        if (record.key() != null
            && record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
          sink.accept(record.key(), record);
        }
      }
      heard = count > 0 ? System.nanoTime() : heard;
      if (System.nanoTime() - heard > SILENCE.toNanos()) {
        throw new UserError(
            "the broker has sent nothing of %s for %d s"
                .formatted(topic.topicName(), SILENCE.toSeconds()));
      }
    }
  }

  private static <T> T decoded(JsonCodec<T> codec, ConsumerRecord<String, byte[]> record) {
    try {
      return codec.decode(
          record.key(),
          sink -> record.headers().forEach(header -> sink.accept(header.key(), header.value())),
          record.value());
    } catch (InvalidMessageException e) {
      throw new UserError(
          "record %d of %s-%d cannot be read: %s"
              .formatted(record.offset(), record.topic(), record.partition(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
