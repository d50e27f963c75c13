package io.isotherm.spectral.offsets;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.kafka.records.KafkaRecords;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads {@code isotherm.spectra}: what has been answered, and how far it has come. For one thread
 * at a time.
 */
final class AnswerLog implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaConsumer<String, byte[]> consumer;

  /**
   * A reader of its own.
   *
   * @param settings of a consumer of this process, with which brokers can be reached
   */
  AnswerLog(Map<String, ?> settings) {
    Map<String, Object> own = new HashMap<>(settings);
    own.keySet().retainAll(ConsumerConfig.configNames());
    own.keySet()
        .removeAll(
            List.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
                ConsumerConfig.CLIENT_ID_CONFIG,
                ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG,
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG));
    own.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    // Positions that retention has passed mean the oldest that there is.
    own.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    consumer = new KafkaConsumer<>(own, new StringDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Where every partition ends.
   *
   * @throws org.apache.kafka.common.KafkaException if the broker does not say so in time
   */
  AnswerPositions ends(Duration timeout) {
    List<TopicPartition> partitions = partitions(timeout);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, timeout);
    return new AnswerPositions(partitions.stream().map(ends::get).toList());
  }

  /**
   * The snapshots with an outcome between two places, and the last record that it answers.
   *
   * @param snapshotPartition of {@code isotherm.snapshots}; outcomes for others are left out
   * @param offset there; outcomes for records before it are left out
   * @throws org.apache.kafka.common.KafkaException if the broker does not answer in time
   */
  Map<SnapshotId, Long> answered(
      int snapshotPartition,
      long offset,
      AnswerPositions from,
      AnswerPositions to,
      Duration timeout) {
    List<TopicPartition> partitions =
        partitions(timeout).stream()
            .filter(partition -> from.of(partition.partition()) < to.of(partition.partition()))
            .toList();
    Map<SnapshotId, Long> answered = new HashMap<>();
    consumer.assign(partitions);
    partitions.forEach(partition -> consumer.seek(partition, from.of(partition.partition())));
    long progress = System.nanoTime();
    while (partitions.stream().anyMatch(partition -> isBehind(partition, to, timeout))) {
      ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
      if (!records.isEmpty()) {
        progress = System.nanoTime();
      } else if (System.nanoTime() - progress > timeout.toNanos()) {
        throw new TimeoutException(
            "%s does not come in %d ms".formatted(partitions, timeout.toMillis()));
      }
      for (ConsumerRecord<String, byte[]> record : records) {
        AnsweredRecords.of(record.headers())
            .filter(answer -> answer.partition() == snapshotPartition)
            .filter(answer -> answer.lastOffset() >= offset)
            .ifPresent(
                answer ->
                    snapshot(record)
                        .ifPresent(id -> answered.merge(id, answer.lastOffset(), Math::max)));
      }
    }
    consumer.unsubscribe();
    return answered;
  }

  /** Whose outcome it is; empty if nobody can read it. */
  private static Optional<SnapshotId> snapshot(ConsumerRecord<String, byte[]> record) {
    try {
      return Optional.of(KafkaRecords.decode(Messages.SPECTRA, record).snapshot());
    } catch (InvalidMessageException e) {
      return Optional.empty();
    }
  }

  private boolean isBehind(TopicPartition partition, AnswerPositions to, Duration timeout) {
    return consumer.position(partition, timeout) < to.of(partition.partition());
  }

  private List<TopicPartition> partitions(Duration timeout) {
    return consumer.partitionsFor(Topic.SPECTRA.topicName(), timeout).stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .sorted(Comparator.comparingInt(TopicPartition::partition))
        .toList();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
