package io.isotherm.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.safetensors.SafeTensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A producer and a consumer without anything of ours around them; for one test's thread. */
final class PlainKafka implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(90);

  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> consumer;
  private final List<Future<?>> sent = new ArrayList<>();
  private final List<ConsumerRecord<String, byte[]>> received = new ArrayList<>();

  PlainKafka(String bootstrapServers) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "0"),
            new StringSerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "group.id",
                "test-" + UUID.randomUUID(),
                "auto.offset.reset",
                "earliest"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    consumer.subscribe(
        List.of(
            Topic.SPECTRA.topicName(), Topic.DEAD_LETTERS.topicName(), Topic.REFUSALS.topicName()));
  }

  void send(SnapshotId id, SafeTensor tensor) {
    Snapshots.chunks(id, tensor).forEach(this::send);
  }

  void send(SnapshotChunk chunk) {
    send(SnapshotCodec.encode(chunk));
  }

  void send(WireRecord record) {
    ProducerRecord<String, byte[]> out = KafkaRecords.toSend(record);
    send(out);
  }

  void send(ProducerRecord<String, byte[]> record) {
    sent.add(producer.send(record));
  }

  /** Waits for an outcome of this snapshot, the first one that came. */
  Outcome outcomeOf(SnapshotId id) {
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .untilAsserted(() -> assertThat(outcomesOf(id)).as("outcomes of %s", id).isNotEmpty());
    return outcomesOf(id).get(0);
  }

  /** The outcomes of this snapshot that came so far. */
  List<Outcome> outcomesOf(SnapshotId id) {
    return outcomes().stream()
        .filter(outcome -> outcome.snapshot().equals(id))
        .map(LayerOutcome::outcome)
        .toList();
  }

  /** All outcomes so far, in the order in which they came. */
  List<LayerOutcome> outcomes() {
    poll();
    List<LayerOutcome> outcomes = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : received) {
      if (record.topic().equals(Topic.SPECTRA.topicName())) {
        try {
          outcomes.add(
              Messages.SPECTRA.decode(
                  record.key(), KafkaRecords.headers(record.headers()), record.value()));
        } catch (InvalidMessageException e) {
          throw new AssertionError(e);
        }
      }
    }
    return outcomes;
  }

  /** Waits for a record of {@code topic} under {@code key} and gives the first one. */
  ConsumerRecord<String, byte[]> recordOf(Topic topic, String key) {
    List<ConsumerRecord<String, byte[]>> found = new ArrayList<>();
    await()
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .untilAsserted(
            () -> {
              poll();
              Optional<ConsumerRecord<String, byte[]>> first =
                  received.stream()
                      .filter(record -> record.topic().equals(topic.topicName()))
                      .filter(record -> key.equals(record.key()))
                      .findFirst();
              assertThat(first).as("record of %s on %s", key, topic.topicName()).isPresent();
              found.add(first.get());
            });
    return found.get(0);
  }

  private void poll() {
    for (Future<?> send : sent) {
      try {
        send.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new AssertionError("a record was not sent", e);
      }
    }
    sent.clear();
    consumer.poll(Duration.ofMillis(100)).forEach(received::add);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
    consumer.close();
  }
}
