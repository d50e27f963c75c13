package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.testkit.TestKafka;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The CloudEvents SDK for Kafka knows nothing of Isotherm and reads what the client writes. */
@Timeout(120)
class CloudEventsInteropTest {

  @Test
  void theCloudEventsSdkReadsEveryRecordOfTheClient() {
    String broker = TestKafka.broker().bootstrapServers();
    ClientConfig config = ClientConfig.of(broker).withCloseTimeout(Duration.ofSeconds(60));
    try (TrainingRun run = TrainingRun.start(config, TestRuns.run("interop", 7))) {
      run.snapshot(3, 1, new TestRuns.FixedWeights(1));
      run.progress(3, 1, OptionalDouble.of(0.5), OptionalDouble.empty(), 0.1);
      run.finish(3);
    }

    try (PlainKafka kafka = new PlainKafka(broker)) {
      ConsumerRecord<String, byte[]> chunk =
          kafka.records(Topic.SNAPSHOTS, "interop").stream()
              .filter(r -> r.key().equals("interop/dense"))
              .findFirst()
              .orElseThrow();
      CloudEvent event = read(chunk);
      assertThat(event.getType()).isEqualTo(SnapshotCodec.TYPE);
      assertThat(event.getSubject()).isEqualTo("interop/dense");
      assertThat(event.getDataContentType()).isEqualTo("application/octet-stream");
      assertThat(event.getExtension("incarnation")).isEqualTo("7");
      assertThat(event.getExtension("step")).isEqualTo("3");
      assertThat(event.getExtension("chunkcount")).isEqualTo("2");
      assertThat(event.getData().toBytes()).hasSize(SnapshotChunk.CHUNK_BYTES);

      List<CloudEvent> runs =
          kafka.records(Topic.RUNS, "interop").stream().map(CloudEventsInteropTest::read).toList();
      assertThat(runs).extracting(CloudEvent::getType).containsOnly("io.isotherm.run.v1");
      assertThat(json(runs.get(runs.size() - 1))).contains("\"finished\"");

      CloudEvent progress = read(kafka.records(Topic.PROGRESS, "interop").get(0));
      assertThat(progress.getType()).isEqualTo("io.isotherm.progress.v1");
      assertThat(json(progress)).contains("\"run\":\"interop\"");
    }
  }

  private static CloudEvent read(ConsumerRecord<String, byte[]> record) {
    try (CloudEventDeserializer deserializer = new CloudEventDeserializer()) {
      return deserializer.deserialize(record.topic(), record.headers(), record.value());
    }
  }

  private static String json(CloudEvent event) {
    return new String(event.getData().toBytes(), StandardCharsets.UTF_8);
  }
}
