package io.isotherm.client;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.testkit.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The other side of the broker, with plain Kafka clients. */
final class PlainKafka implements AutoCloseable {

  private final KafkaProducer<String, byte[]> producer;
  private final String bootstrapServers;

  PlainKafka(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers, "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  void send(Decision decision) throws Exception {
    send(Messages.LEARNING_RATES.encode(decision));
  }

  void send(WireRecord wire) throws Exception {
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>(wire.topic().topicName(), wire.key(), wire.value());
    wire.headers().forEach(record.headers()::add);
    producer.send(record).get(30, TimeUnit.SECONDS);
  }

  /** All records of a topic by now whose key is the run or begins with it and a slash. */
  List<ConsumerRecord<String, byte[]>> records(Topic topic, String run) {
    return new TopicReader(bootstrapServers)
        .records(topic).stream()
            .filter(record -> record.key().equals(run) || record.key().startsWith(run + "/"))
            .toList();
  }

  static HeaderSource headers(Headers headers) {
    return sink -> headers.forEach(header -> sink.accept(header.key(), header.value()));
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
