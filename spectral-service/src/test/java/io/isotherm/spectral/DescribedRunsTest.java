package io.isotherm.spectral;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the service takes from the descriptions of runs, by way of a real broker. */
@QuarkusTest
@QuarkusTestResource(TestKafka.class)
class DescribedRunsTest {

  private static final EstimatorSpec HILL = new EstimatorSpec.Hill(1, false, 0.5, 0.25);

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private final String run = "run-" + UUID.randomUUID();
  private PlainKafka kafka;

  @BeforeEach
  void connect() {
    kafka = new PlainKafka(bootstrapServers);
  }

  @AfterEach
  void disconnect() {
    kafka.close();
  }

  @Test
  void chunkWithoutEstimatorIsMeasuredAsItsRunSaysThoughItComesFirst() {
    withoutEstimator(id("fc")).forEach(kafka::send);
    describe();

    assertThat(kafka.outcomeOf(id("fc"))).isInstanceOf(Outcome.Analysed.class);
    assertThat(estimatorOf(id("fc"))).isEqualTo(HILL);
  }

  @Test
  void chunkWithoutEstimatorOfARunThatNobodyDescribesIsMeasuredByTheDefault() {
    withoutEstimator(id("fc")).forEach(kafka::send);

    assertThat(kafka.outcomeOf(id("fc"))).isInstanceOf(Outcome.Analysed.class);
    assertThat(estimatorOf(id("fc"))).isEqualTo(EstimatorSpec.DEFAULT);
  }

  @Test
  void layerThatIsNotAsDescribedFailsAndItsTrainerIsTold() throws InvalidMessageException {
    describeAndAwait();

    kafka.send(id("fc"), Snapshots.normal("fc", 1, 40L, 60L));

    String reason =
        "shape of layer 'fc' must be that of the dense [60, 40] that run '"
            + run
            + "' describes, got: [40, 60] (out,in); the layout in the document says which axis is"
            + " which";
    assertThat(kafka.outcomeOf(id("fc"))).isEqualTo(new Outcome.Failed(reason));
    Refusal refusal = refusal();
    assertThat(refusal.reason()).isEqualTo(reason);
    assertThat(refusal.by()).isEqualTo(Refusal.Service.SPECTRAL);
    assertThat(refusal.layer()).contains("fc");
    assertThat(refusal.incarnation()).hasValue(1);
    assertThat(refusal.step()).hasValue(10);
    assertThat(refusal.topic()).contains(Topic.SNAPSHOTS.topicName());
  }

  @Test
  void layerThatNobodyDescribedFailsAndItsTrainerIsTold() throws InvalidMessageException {
    describeAndAwait();

    kafka.send(id("new"), Snapshots.normal("new", 1, 60L, 40L));

    assertThat(kafka.outcomeOf(id("new"))).isInstanceOf(Outcome.Failed.class);
    assertThat(refusal().reason()).startsWith("layer 'new' is none of the 3 that run ");
  }

  @Test
  void layerThatIsDescribedAsOneWithoutAlphaIsSkipped() {
    describeAndAwait();

    kafka.send(id("flat"), Snapshots.normal("flat", 1, 60L));

    assertThat(kafka.outcomeOf(id("flat")))
        .isInstanceOfSatisfying(
            Outcome.Skipped.class, skipped -> assertThat(skipped.reason()).contains("'flat'"));
  }

  @Test
  void trainerIsToldOfARecordThatIsNoChunk() throws InvalidMessageException {
    WireRecord chunk = SnapshotCodec.encode(withoutEstimator(id("fc")).get(0));

    kafka.send(chunk.withHeader("ce_step", "ten"));

    kafka.recordOf(Topic.DEAD_LETTERS, run + "/fc");
    Refusal refusal = refusal();
    assertThat(refusal.layer()).contains("fc");
    assertThat(refusal.reason())
        .isEqualTo(
            "a record of isotherm.snapshots is no chunk of a snapshot: header ce_step must be a"
                + " whole number from 0 to 9223372036854775807, got: 'ten'");
  }

  private void describe() {
    kafka.send(
        Messages.RUNS.encode(
            Descriptions.of(
                run,
                1,
                HILL,
                Descriptions.layer("fc", LayerKind.DENSE, 60L, 40L),
                Descriptions.layer("flat", LayerKind.DENSE, 60L),
                Descriptions.layer("first", LayerKind.DENSE, 60L, 40L))));
  }

  /** Until the service has read it: a snapshot without an estimator tells. */
  private void describeAndAwait() {
    describe();
    withoutEstimator(id("first")).forEach(kafka::send);
    await()
        .atMost(PlainKafka.PATIENCE)
        .untilAsserted(() -> assertThat(kafka.outcomesOf(id("first"))).isNotEmpty());
    assertThat(estimatorOf(id("first"))).isEqualTo(HILL);
  }

  private EstimatorSpec estimatorOf(SnapshotId id) {
    return kafka.outcomes().stream()
        .filter(outcome -> outcome.snapshot().equals(id))
        .map(LayerOutcome::estimator)
        .findFirst()
        .orElseThrow();
  }

  private Refusal refusal() throws InvalidMessageException {
    ConsumerRecord<String, byte[]> record = kafka.recordOf(Topic.REFUSALS, run);
    assertThat(new String(record.headers().lastHeader("ce_type").value(), StandardCharsets.UTF_8))
        .isEqualTo(Messages.REFUSALS.type());
    return KafkaRecords.decode(Messages.REFUSALS, record);
  }

  private static List<SnapshotChunk> withoutEstimator(SnapshotId id) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    SnapshotChunker.chunk(
        id,
        Optional.empty(),
        List.of(SafeTensors.write(Snapshots.normal(id.layer(), 1, 60L, 40L))),
        chunks::add);
    return chunks;
  }

  private SnapshotId id(String layer) {
    return new SnapshotId(run, 1, 10, 0, layer);
  }
}
