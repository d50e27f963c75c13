package io.isotherm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/**
 * What a program in any language can do that knows docs/asyncapi.yaml and has a Kafka client: no
 * class of Isotherm's contracts is used on the way to the broker and back.
 */
class PlainKafkaClientIT {

  private static final Duration ANSWERED_WITHIN = Duration.ofMinutes(2);
  private static final int ROWS = 40;
  private static final int COLUMNS = 60;

  @Test
  void aSnapshotFromAPlainKafkaClientGetsItsOutcome() throws Exception {
    String broker = LiveStack.shared().bootstrapServers();
    String run = "plain-" + System.nanoTime();
    byte[] document = document();
    CRC32C crc = new CRC32C();
    crc.update(document);
    ProducerRecord<String, byte[]> record =
        new ProducerRecord<>("isotherm.snapshots", run + "/fc1", document);
    Map.of(
            "ce_specversion", "1.0",
            "ce_id", "1",
            "ce_source", "urn:plain",
            "ce_type", "io.isotherm.snapshot-chunk.v1",
            "content-type", "application/octet-stream")
        .forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
    Map.of(
            "ce_run", run,
            "ce_incarnation", "1",
            "ce_step", "7",
            "ce_epoch", "0",
            "ce_layer", "fc1",
            "ce_chunkindex", "0",
            "ce_chunkcount", "1",
            "ce_totalbytes", Integer.toString(document.length),
            "ce_crc32c", Long.toString(crc.getValue()))
        .forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
    String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    record.headers().add("traceparent", traceparent.getBytes(UTF_8));

    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer.send(record).get();
    }

    ConsumerRecord<String, byte[]> answer = answerFor(broker, run);
    assertThat(new String(answer.headers().lastHeader("ce_type").value(), UTF_8))
        .isEqualTo("io.isotherm.outcome.v1");
    assertThat(new String(answer.headers().lastHeader("traceparent").value(), UTF_8))
        .startsWith("00-0af7651916cd43dd8448eb211c80319c-");
    JsonNode message = new ObjectMapper().readTree(answer.value());
    assertThat(message.at("/snapshot/layer").asText()).isEqualTo("fc1");
    assertThat(message.at("/snapshot/step").asLong()).isEqualTo(7);
    assertThat(message.at("/outcome/status").asText()).isEqualTo("analysed");
    assertThat(message.at("/outcome/eigenvalueCount").asInt()).isEqualTo(ROWS);
    assertThat(message.at("/outcome/frobeniusNorm").asDouble())
        .isCloseTo(squaredNorm(), within(1e-9 * squaredNorm()));
    assertThat(message.at("/outcome/alpha").asDouble()).isBetween(1.0, 20.0);
  }

  private static float[] weights() {
    Random random = new Random(3);
    float[] weights = new float[ROWS * COLUMNS];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }

  private static double squaredNorm() {
    double sum = 0;
    for (float weight : weights()) {
      sum += (double) weight * weight;
    }
    return sum;
  }

  /** A safetensors document written by hand. */
  private static byte[] document() {
    byte[] header =
        "{\"fc1\":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}"
            .formatted(ROWS, COLUMNS, 4 * ROWS * COLUMNS)
            .getBytes(UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + 4 * ROWS * COLUMNS).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    for (float weight : weights()) {
      bytes.putFloat(weight);
    }
    return bytes.array();
  }

  private static ConsumerRecord<String, byte[]> answerFor(String broker, String run)
      throws IOException {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor("isotherm.spectra").stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + ANSWERED_WITHIN.toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (run.equals(record.key())) {
            return record;
          }
        }
      }
      throw new AssertionError(
          "no outcome for run %s on %s within %s"
              .formatted(run, Arrays.toString(partitions.toArray()), ANSWERED_WITHIN));
    }
  }
}
