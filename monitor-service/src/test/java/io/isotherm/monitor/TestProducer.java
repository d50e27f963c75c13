package io.isotherm.monitor;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.testkit.TestKafka;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A plain producer to the tests' broker; a message is on the broker when the call returns. */
public final class TestProducer implements AutoCloseable {

  private final Producer<String, byte[]> producer =
      new KafkaProducer<>(
          Map.of("bootstrap.servers", TestKafka.broker().bootstrapServers()),
          new StringSerializer(),
          new ByteArraySerializer());

  public <T> void send(JsonCodec<T> codec, T message) throws Exception {
    WireRecord wire = codec.encode(message);
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(wire.topic().topicName(), wire.key(), wire.value());
    wire.headers().forEach(record.headers()::add);
    send(record);
  }

  /** Sends bytes without headers. */
  public void sendRaw(Topic topic, String key, byte[] value) throws Exception {
    send(new ProducerRecord<>(topic.topicName(), key, value));
  }

  private void send(ProducerRecord<String, byte[]> record) throws Exception {
    producer.send(record).get(30, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    producer.close();
  }
}
