package io.isotherm.it;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.kafka.records.KafkaRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes what a scheduler reads, and sees how far it has come. */
final class SchedulerInput implements AutoCloseable {

  /** Kafka Streams' application id, and so the group's. */
  private static final String GROUP = "isotherm-scheduler";

  private static final Duration POLL = Duration.ofMillis(50);

  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> uncommitted;
  private int seen;

  SchedulerInput(String bootstrapServers) {
    Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
    admin = Admin.create(settings);
    // One request at a time: of several, a partition that has just been created can refuse the
    // first and take the second, and a record that is sent again then stands behind it.
    producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", bootstrapServers, "max.in.flight.requests.per.connection", 1),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    uncommitted =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    uncommitted.assign(partitions(Topic.LEARNING_RATES));
    uncommitted.seekToBeginning(uncommitted.assignment());
  }

  void publish(List<WireRecord> records) {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (WireRecord message : records) {
      ProducerRecord<byte[], byte[]> record = KafkaRecords.toSendBytes(message);
      sent.add(producer.send(record));
    }
    producer.flush();
    try {
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("a record was not written", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Records that no commit of the scheduler covers. */
  long unread() {
    try {
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(
                  Map.of(GROUP, new ListConsumerGroupOffsetsSpec()),
                  new ListConsumerGroupOffsetsOptions().requireStable(true))
              .partitionsToOffsetAndMetadata(GROUP)
              .get();
      long unread = 0;
      for (var end :
          uncommitted.endOffsets(partitions(Topic.JOINED.toArray(Topic[]::new))).entrySet()) {
        OffsetAndMetadata done = committed.get(end.getKey());
        unread += end.getValue() - (done == null ? 0 : done.offset());
      }
      return unread;
    } catch (ExecutionException e) {
      // Asked again: a transaction that a kill left open keeps the offsets unstable for a while.
      return Long.MAX_VALUE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /**
   * Returns as soon as another decision is written, committed or not, or {@code within} is over.
   */
  void awaitAnotherDecision(Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    int before = seen;
    while (seen == before && System.nanoTime() < deadline) {
      seen += uncommitted.poll(POLL).count();
    }
  }

  /** Reads on until nothing is left, and says how many decisions have ever been written. */
  int decisionsEverWritten() {
    Map<TopicPartition, Long> ends = uncommitted.endOffsets(uncommitted.assignment());
    while (ends.entrySet().stream()
        .anyMatch(end -> uncommitted.position(end.getKey()) < end.getValue())) {
      seen += uncommitted.poll(POLL).count();
    }
    return seen;
  }

  /**
   * Does at once what the broker does when a dead member's session is over, so that the next
   * process need not wait for that.
   */
  void removeDeadMembers() {
    try {
      var group = admin.describeConsumerGroups(List.of(GROUP)).all().get().get(GROUP);
      if (group.members().isEmpty()) {
        return;
      }
      admin
          .removeMembersFromConsumerGroup(GROUP, new RemoveMembersFromConsumerGroupOptions())
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new AssertionError("the dead member stays in the group", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private Collection<TopicPartition> partitions(Topic... topics) {
    return Arrays.stream(topics)
        .flatMap(topic -> uncommitted.partitionsFor(topic.topicName()).stream())
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    producer.close();
    uncommitted.close();
    admin.close();
  }
}
