package io.isotherm.scheduler;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.kafka.records.KafkaRecords;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes as trainers and spectral services do, and reads committed decisions as trainers do. */
final class BrokerClient implements AutoCloseable {

  private final KafkaProducer<byte[], byte[]> producer;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final List<Decision> seen = new ArrayList<>();

  BrokerClient(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topic.LEARNING_RATES.topicName()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  void send(WireRecord message) {
    send(KafkaRecords.toSendBytes(message));
  }

  /** The same to a partition that another partitioner would take. */
  void send(WireRecord message, int partition) {
    ProducerRecord<byte[], byte[]> placed = KafkaRecords.toSendBytes(message);
    send(
        new ProducerRecord<>(
            placed.topic(), partition, placed.key(), placed.value(), placed.headers()));
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    var unused = producer.send(record);
    producer.flush();
  }

  /** All decisions for {@code run} that have been committed so far. */
  List<Decision> decisions(String run) {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
      seen.add(decode(record));
    }
    return seen.stream().filter(decision -> decision.run().equals(run)).toList();
  }

  /** A decision as it stands on its topic. */
  static String json(Decision decision) {
    return new String(Messages.LEARNING_RATES.encode(decision).value(), StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }

  private static Decision decode(ConsumerRecord<byte[], byte[]> record) {
    try {
      return Messages.LEARNING_RATES.decode(
          new String(record.key(), StandardCharsets.UTF_8),
          KafkaRecords.headers(record.headers()),
          record.value());
    } catch (InvalidMessageException e) {
      throw new AssertionError(e);
    }
  }
}
