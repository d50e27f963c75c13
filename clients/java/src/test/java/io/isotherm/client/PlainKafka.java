package io.isotherm.client;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.testkit.TopicReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;

/** The other side of the broker, with plain Kafka clients. */
final class PlainKafka implements AutoCloseable {

  private final Producer<String, byte[]> producer;
  private final String bootstrapServers;

  PlainKafka(String bootstrapServers) {
    this.bootstrapServers = bootstrapServers;
    this.producer = KafkaClients.producer(KafkaSettings.at(bootstrapServers), "test", Map.of());
  }

  void send(Decision decision) throws Exception {
    send(Messages.LEARNING_RATES.encode(decision));
  }

  void send(WireRecord wire) throws Exception {
    producer.send(KafkaRecords.toSend(wire)).get(30, TimeUnit.SECONDS);
  }

  /** All records of a topic by now whose key is the run or begins with it and a slash. */
  List<ConsumerRecord<String, byte[]>> records(Topic topic, String run) {
    return new TopicReader(bootstrapServers)
        .records(topic).stream()
            .filter(record -> record.key().equals(run) || record.key().startsWith(run + "/"))
            .toList();
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
