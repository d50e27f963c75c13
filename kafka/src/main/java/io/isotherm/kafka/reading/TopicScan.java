package io.isotherm.kafka.reading;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.BrokerProblem;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads topics from their beginning to where they end at the moment, without a consumer group, so
 * that nothing is left behind on the broker. For one thread.
 */
public final class TopicScan implements AutoCloseable {

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(200);

  /** A broker that sends nothing for so long will not send the rest. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final KafkaSettings settings;
  private final Consumer<String, byte[]> consumer;

  private TopicScan(KafkaSettings settings, Consumer<String, byte[]> consumer) {
    this.settings = settings;
    this.consumer = consumer;
  }

  /**
   * Prepares to read; connects when the first topic is asked for.
   *
   * @param clientId how the broker's log names us
   * @throws BrokerException with one line, if the settings are refused
   */
  public static TopicScan open(KafkaSettings settings, String clientId) {
    try {
      return new TopicScan(
          settings,
          KafkaClients.reader(
              settings,
              clientId,
              Map.of(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER.toMillis())));
    } catch (KafkaException e) {
      throw new BrokerException(BrokerProblem.line(settings, e, ANSWER), e);
    }
  }

  /**
   * Hands over every record that is on the topic now, partition by partition in order.
   *
   * @throws BrokerException with one line, if the broker does not answer, refuses, or lacks the
   *     topic
   */
  public void each(Topic topic, java.util.function.Consumer<ConsumerRecord<String, byte[]>> sink) {
    try {
      scan(topic, sink);
    } catch (KafkaException e) {
      throw new BrokerException(BrokerProblem.line(settings, e, ANSWER), e);
    }
  }

  /**
   * Hands over the messages of one run.
   *
   * @throws BrokerException with one line that names the record, if one of them cannot be read
   */
  public <T> void each(JsonCodec<T> codec, String run, java.util.function.Consumer<T> sink) {
    each(
        codec.topic(),
        record -> {
          if (run.equals(record.key())) {
            sink.accept(decoded(codec, record));
          }
        });
  }

  /**
   * The description of a run that counts, with the names of all other runs that have a record.
   *
   * @throws BrokerException with one line that names the record, if one of the run's cannot be read
   */
  public FoundRun find(String run) {
    NewestDescriptions descriptions = new NewestDescriptions();
    SortedSet<String> others = new TreeSet<>();
    each(
        Topic.RUNS,
        record -> {
          boolean tombstone = record.value() == null;
          if (run.equals(record.key())) {
            if (tombstone) {
              descriptions.bury(run, buried(record));
            } else {
              descriptions.add(decoded(Messages.RUNS, record));
            }
          } else if (tombstone) {
            others.remove(String.valueOf(record.key()));
          } else if (record.key() != null) {
            others.add(record.key());
          }
        });
    return new FoundRun(descriptions.of(run), others);
  }

  private void scan(Topic topic, java.util.function.Consumer<ConsumerRecord<String, byte[]>> sink) {
    List<TopicPartition> partitions = partitions(topic);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    long heard = System.nanoTime();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        heard = System.nanoTime();
        if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
          sink.accept(record);
        }
      }
      if (System.nanoTime() - heard > SILENCE.toNanos()) {
        throw new BrokerException(
            "the broker at %s has sent nothing of %s for %d s"
                .formatted(settings.bootstrapServers(), topic.topicName(), SILENCE.toSeconds()));
      }
    }
  }

  private List<TopicPartition> partitions(Topic topic) {
    List<PartitionInfo> known = consumer.partitionsFor(topic.topicName());
    if (known == null || known.isEmpty()) {
      throw new BrokerException(
          "the broker at %s has no topic %s: create the topics with ./isotherm topics"
              .formatted(settings.bootstrapServers(), topic.topicName()));
    }
    return known.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
  }

  private static <T> T decoded(JsonCodec<T> codec, ConsumerRecord<String, byte[]> record) {
    try {
      return KafkaRecords.decode(codec, record);
    } catch (InvalidMessageException e) {
      throw unreadable(record, e);
    }
  }

  private static OptionalLong buried(ConsumerRecord<String, byte[]> tombstone) {
    try {
      return RunTombstones.decode(KafkaRecords.headers(tombstone.headers()));
    } catch (InvalidMessageException e) {
      throw unreadable(tombstone, e);
    }
  }

  private static BrokerException unreadable(
      ConsumerRecord<String, byte[]> record, InvalidMessageException e) {
    return new BrokerException(
        "record %d of %s-%d cannot be read: %s"
            .formatted(record.offset(), record.topic(), record.partition(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
