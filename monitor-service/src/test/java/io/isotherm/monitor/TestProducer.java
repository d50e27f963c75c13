package io.isotherm.monitor;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.testkit.TestKafka;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A plain producer to the tests' broker; a message is on the broker when the call returns. */
public final class TestProducer implements AutoCloseable {

  private final Producer<String, byte[]> producer;
  private final List<Future<RecordMetadata>> pending = new ArrayList<>();

  /** Sends to the broker that all tests share. */
  public TestProducer() {
    this(TestKafka.broker().bootstrapServers());
  }

  public TestProducer(String bootstrapServers) {
    producer = KafkaClients.producer(KafkaSettings.at(bootstrapServers), "isotherm-test", Map.of());
  }

  public <T> void send(JsonCodec<T> codec, T message) throws Exception {
    send(record(codec, message, null));
  }

  /** Sends as a trainer does whose clock says {@code writtenAt}. */
  public <T> void sendAt(JsonCodec<T> codec, T message, Instant writtenAt) throws Exception {
    send(record(codec, message, writtenAt.toEpochMilli()));
  }

  /** Sends without waiting; {@link #flush} does. */
  public <T> void sendSoon(JsonCodec<T> codec, T message) {
    pending.add(producer.send(record(codec, message, null)));
  }

  /** Waits until all that was sent soon is on the broker. */
  public void flush() throws Exception {
    producer.flush();
    for (Future<RecordMetadata> sent : pending) {
      sent.get();
    }
    pending.clear();
  }

  /** Sends a record that another part has made. */
  public void send(WireRecord record) throws Exception {
    send(KafkaRecords.toSend(record));
  }

  /** Sends bytes without headers. */
  public void sendRaw(Topic topic, String key, byte[] value) throws Exception {
    send(new ProducerRecord<>(topic.topicName(), key, value));
  }

  private static <T> ProducerRecord<String, byte[]> record(
      JsonCodec<T> codec, T message, Long timestamp) {
    ProducerRecord<String, byte[]> record = KafkaRecords.toSend(codec.encode(message));
    return new ProducerRecord<>(
        record.topic(), null, timestamp, record.key(), record.value(), record.headers());
  }

  private void send(ProducerRecord<String, byte[]> record) throws Exception {
    producer.send(record).get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    producer.close();
  }
}
