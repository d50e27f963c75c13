package io.isotherm.spectral;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Snapshots can be read, and a broker refuses every outcome. */
@QuarkusTest
@QuarkusTestResource(TestKafka.class)
@TestProfile(UnwritableSpectraTest.LittleMemory.class)
class UnwritableSpectraTest {

  /** Room for two layers of this test and what their solvers compute in, not for three. */
  private static final long MEMORY = 48 << 20;

  private static final int LAYERS = 30;

  /** The settings of the service under test. */
  public static class LittleMemory implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("isotherm.spectral.memory", Long.toString(MEMORY));
    }
  }

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private final String run = "run-" + UUID.randomUUID();

  @AfterEach
  void letOutcomesIn() throws Exception {
    setLargestOutcome("1048588");
  }

  @Test
  void memoryIsBoundedWhileOutcomesAreRefusedAndNothingIsLostAfterwards() throws Exception {
    // Given a topic that takes no outcome
    setLargestOutcome("10");
    SafeTensor weights = Snapshots.normal("layer", 1, 60L, 20_000L);
    try (PlainKafka kafka = new PlainKafka(bootstrapServers)) {
      for (int i = 0; i < LAYERS; i++) {
        sendToOnePartition(kafka, id(i), weights);
      }

      // When all the memory is taken by layers whose outcomes nobody takes
      await()
          .atMost(PlainKafka.PATIENCE)
          .untilAsserted(() -> assertThat(computed()).isGreaterThanOrEqualTo(2));
      long usedAtFirst = metric("isotherm_spectral_assembly_bytes");
      await()
          .during(Duration.ofSeconds(3))
          .atMost(PlainKafka.PATIENCE)
          .untilAsserted(
              () -> {
                assertThat(metric("isotherm_spectral_assembly_bytes"))
                    .isEqualTo(usedAtFirst)
                    .isBetween(1L, MEMORY);
                assertThat(computed()).as("layers begun").isEqualTo(2);
              });
      assertThat(kafka.outcomes())
          .filteredOn(outcome -> outcome.snapshot().run().equals(run))
          .isEmpty();

      // Then they are all told when it takes outcomes again
      letOutcomesIn();
      for (int i = 0; i < LAYERS; i++) {
        assertThat(kafka.outcomeOf(id(i))).isInstanceOf(Outcome.Analysed.class);
        assertThat(kafka.outcomesOf(id(i))).hasSize(1);
      }
      await()
          .atMost(PlainKafka.PATIENCE)
          .untilAsserted(() -> assertThat(metric("isotherm_spectral_assembly_bytes")).isZero());
    }
  }

  /** One layer behind the other, so that none is incomplete while another one waits for room. */
  private static void sendToOnePartition(PlainKafka kafka, SnapshotId id, SafeTensor weights) {
    for (SnapshotChunk chunk : Snapshots.chunks(id, weights)) {
      ProducerRecord<String, byte[]> record = KafkaRecords.toSend(SnapshotCodec.encode(chunk));
      kafka.send(
          new ProducerRecord<>(record.topic(), 0, record.key(), record.value(), record.headers()));
    }
  }

  private SnapshotId id(int layer) {
    return new SnapshotId(run, 1, 10, 0, "layer" + layer);
  }

  private static long computed() {
    return metric("isotherm_spectral_compute_seconds_count");
  }

  /** The value of a metric, 0 if there is none. */
  private static long metric(String name) {
    return Arrays.stream(get("/q/metrics").asString().split("\n"))
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private void setLargestOutcome(String bytes) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, Topic.SPECTRA.topicName()),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }
}
