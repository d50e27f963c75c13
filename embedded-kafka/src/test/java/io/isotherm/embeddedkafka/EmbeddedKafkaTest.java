package io.isotherm.embeddedkafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final TopicPartition RECORDS = new TopicPartition("records", 0);

  @TempDir Path directory;

  @Test
  void recordsSurviveARestartInAKeptDirectory() throws Exception {
    int port;
    try (EmbeddedKafka broker = EmbeddedKafka.startIn(directory, 0)) {
      port = portOf(broker);
      create(broker);
      send(broker, "kept".getBytes(StandardCharsets.UTF_8));
    }

    try (EmbeddedKafka again = EmbeddedKafka.startIn(directory, port)) {
      assertThat(again.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
      assertThat(read(again, 1)).containsExactly("kept".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void defaultLimitsTakeAMillionBytes() throws Exception {
    byte[] value = new byte[1_000_000];
    new Random(1).nextBytes(value);
    try (EmbeddedKafka broker = EmbeddedKafka.start()) {
      create(broker);

      send(broker, value);

      assertThat(read(broker, 1)).containsExactly(value);
      assertThatThrownBy(() -> send(broker, new byte[1_100_000]))
          .hasCauseInstanceOf(RecordTooLargeException.class);
    }
  }

  @Test
  void aTemporaryDirectoryIsDeletedAtTheEnd() {
    EmbeddedKafka broker = EmbeddedKafka.start();
    assertThat(broker.directory()).isNotEmptyDirectory();

    broker.close();

    assertThat(broker.directory()).doesNotExist();
  }

  @Test
  void aPortInUseIsNamedInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedKafka.startIn(directory, taken.getLocalPort()))
          .isInstanceOf(EmbeddedKafkaException.class)
          .hasMessageContaining("port " + taken.getLocalPort())
          .hasMessageNotContaining("\n");
    }
  }

  private static void create(EmbeddedKafka broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(RECORDS.topic(), 1, (short) 1))).all().get();
    }
  }

  private static void send(EmbeddedKafka broker, byte[] value) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 2_000_000);
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(RECORDS.topic(), 0, null, value)).get();
    }
  }

  private static List<byte[]> read(EmbeddedKafka broker, int count) {
    List<byte[]> values = new ArrayList<>();
    Map<String, Object> config = Map.of("bootstrap.servers", broker.bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(RECORDS));
      consumer.seekToBeginning(List.of(RECORDS));
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (values.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
      }
    }
    return values;
  }

  private static int portOf(EmbeddedKafka broker) {
    return Integer.parseInt(broker.bootstrapServers().substring("127.0.0.1:".length()));
  }
}
