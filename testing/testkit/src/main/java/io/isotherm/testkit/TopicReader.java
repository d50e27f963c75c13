package io.isotherm.testkit;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads all that is on a topic at the moment, with a consumer of its own each time. */
public final class TopicReader {

  private final String bootstrapServers;

  /** A reader of the cluster at {@code bootstrapServers}. */
  public TopicReader(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
  }

  /**
   * The committed records of a topic from its beginning to its present end, partition by partition.
   */
  public List<ConsumerRecord<String, byte[]>> records(Topic topic) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, byte[]>> all = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
      return all;
    }
  }

  /** The messages of a run on a JSON topic. */
  public <T> List<T> messages(JsonCodec<T> codec, String run) {
    List<T> messages = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records(codec.topic())) {
      if (run.equals(record.key())) {
        try {
          messages.add(
              codec.decode(
                  record.key(),
                  sink -> record.headers().forEach(h -> sink.accept(h.key(), h.value())),
                  record.value()));
        } catch (InvalidMessageException e) {
          throw new AssertionError("a record of " + codec.topic(), e);
        }
      }
    }
    return messages;
  }

  /** The chunks of a run's snapshots. */
  public List<SnapshotChunk> chunks(String run) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records(Topic.SNAPSHOTS)) {
      if (record.key() != null && record.key().startsWith(run + "/")) {
        try {
          chunks.add(
              SnapshotCodec.decode(
                  record.key(),
                  sink -> record.headers().forEach(h -> sink.accept(h.key(), h.value())),
                  record.value()));
        } catch (InvalidMessageException e) {
          throw new AssertionError("a record of " + Topic.SNAPSHOTS, e);
        }
      }
    }
    return chunks;
  }
}
