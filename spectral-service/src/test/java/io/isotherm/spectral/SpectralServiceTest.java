package io.isotherm.spectral;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.DeadLetters;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.spectra.LayerAnalysis;
import io.isotherm.spectra.ReferenceEigenvalueSolver;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestKafka.class)
class SpectralServiceTest {

  /** What the certificate of single precision guarantees of alpha. */
  private static final double ALPHA_TOLERANCE = 1e-4;

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
  void denseAndConvolutionLayersGetTheAlphaOfTheReferenceSolver() {
    SafeTensor dense = Snapshots.normal("fc", 1, 80L, 120L);
    SafeTensor convolution = Snapshots.normal("conv", 2, 64L, 32L, 3L, 3L);

    kafka.send(id(1, 10, "fc"), dense);
    kafka.send(id(1, 10, "conv"), convolution);

    assertSameAlpha(kafka.outcomeOf(id(1, 10, "fc")), dense);
    assertSameAlpha(kafka.outcomeOf(id(1, 10, "conv")), convolution);
  }

  @Test
  void snapshotOfSeveralChunksIsAnalysed() {
    SafeTensor wide = Snapshots.normal("wide", 3, 50L, 10_000L);

    kafka.send(id(1, 10, "wide"), wide);

    assertSameAlpha(kafka.outcomeOf(id(1, 10, "wide")), wide);
  }

  @Test
  void traceContextIsPassedOnAndTheHeadersAreCloudEventsOnce() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    SnapshotChunk chunk =
        Snapshots.chunks(id(1, 10, "fc"), Snapshots.normal("fc", 1, 60L, 60L)).get(0);

    kafka.send(SnapshotCodec.encode(chunk).withHeader(WireRecord.TRACEPARENT, trace));

    ConsumerRecord<String, byte[]> outcome = kafka.recordOf(Topic.SPECTRA, run);
    assertThat(texts(outcome, WireRecord.TRACEPARENT)).containsExactly(trace);
    assertThat(texts(outcome, "ce_type")).containsExactly("io.isotherm.outcome.v1");
    assertThat(texts(outcome, "ce_source")).containsExactly("/isotherm/spectral-service");
    assertThat(texts(outcome, "ce_specversion")).containsExactly("1.0");
    assertThat(texts(outcome, "content-type")).containsExactly("application/json");
  }

  @Test
  void nonFiniteWeightsAreSkippedWithTheirCount() {
    SafeTensor broken = Snapshots.normal("fc", 1, 60L, 60L);
    broken.data().putFloat(0, Float.NaN).putFloat(40, Float.POSITIVE_INFINITY);

    kafka.send(id(1, 10, "fc"), broken);

    assertThat(kafka.outcomeOf(id(1, 10, "fc")))
        .isInstanceOfSatisfying(
            Outcome.Skipped.class, skipped -> assertThat(skipped.reason()).startsWith("2 of 3600"));
  }

  @Test
  void wrongChecksumGoesToTheDeadLettersAndTheNextSnapshotIsAnswered() {
    SnapshotChunk good =
        Snapshots.chunks(id(1, 10, "fc"), Snapshots.normal("fc", 1, 60L, 60L)).get(0);
    SnapshotChunk bad =
        new SnapshotChunk(
            good.id(),
            good.estimator(),
            Optional.empty(),
            0,
            1,
            good.totalBytes(),
            good.crc32c() ^ 1,
            good.payload());

    kafka.send(bad);
    kafka.send(id(1, 20, "fc"), Snapshots.normal("fc", 1, 60L, 60L));

    ConsumerRecord<String, byte[]> letter = kafka.recordOf(Topic.DEAD_LETTERS, run + "/fc");
    assertThat(texts(letter, DeadLetters.REASON))
        .singleElement()
        .asString()
        .startsWith("CRC-32C of the bytes of " + run + "/fc@1:10 must be ");
    assertThat(texts(letter, DeadLetters.TOPIC)).containsExactly("isotherm.snapshots");
    assertThat(texts(letter, DeadLetters.OFFSET)).singleElement().asString().matches("\\d+");
    assertThat(texts(letter, DeadLetters.PARTITION)).singleElement().asString().matches("\\d+");
    assertThat(letter.value()).isEqualTo(bad.payload());
    assertThat(letter.headers()).noneMatch(header -> header.key().startsWith("__smallrye"));
    assertThat(kafka.outcomeOf(id(1, 10, "fc"))).isInstanceOf(Outcome.Failed.class);
    assertThat(kafka.outcomeOf(id(1, 20, "fc"))).isInstanceOf(Outcome.Analysed.class);
  }

  @Test
  void gapGoesToTheDeadLettersAndTheNextSnapshotIsAnswered() {
    List<SnapshotChunk> chunks =
        Snapshots.chunks(id(1, 10, "fc"), Snapshots.normal("fc", 1, 50L, 10_000L));

    kafka.send(chunks.get(0));
    kafka.send(chunks.get(2));
    kafka.send(id(1, 20, "fc"), Snapshots.normal("fc", 1, 60L, 60L));

    assertThat(texts(kafka.recordOf(Topic.DEAD_LETTERS, run + "/fc"), DeadLetters.REASON))
        .containsExactly("chunk 1 of " + run + "/fc@1:10 was due, got: 2");
    assertThat(kafka.outcomeOf(id(1, 10, "fc"))).isInstanceOf(Outcome.Failed.class);
    assertThat(kafka.outcomeOf(id(1, 20, "fc"))).isInstanceOf(Outcome.Analysed.class);
  }

  @Test
  void recordsThatAreNoChunksGoToTheDeadLettersAsTheyCame() {
    String key = run + "/fc";
    byte[] value = {1, 2, 3};

    kafka.send(new ProducerRecord<>("isotherm.snapshots", key, value));
    kafka.send(new ProducerRecord<>("isotherm.snapshots", key, null));
    kafka.send(id(1, 20, "fc"), Snapshots.normal("fc", 1, 60L, 60L));

    ConsumerRecord<String, byte[]> letter = kafka.recordOf(Topic.DEAD_LETTERS, key);
    assertThat(letter.value()).isEqualTo(value);
    assertThat(texts(letter, DeadLetters.REASON))
        .containsExactly("header ce_specversion is missing");
    assertThat(kafka.outcomeOf(id(1, 20, "fc"))).isInstanceOf(Outcome.Analysed.class);
  }

  @Test
  void badHeaderGoesToTheDeadLettersWithItsValue() {
    SnapshotChunk chunk =
        Snapshots.chunks(id(1, 10, "fc"), Snapshots.normal("fc", 1, 60L, 60L)).get(0);

    kafka.send(SnapshotCodec.encode(chunk).withHeader("ce_step", "ten"));
    kafka.send(id(1, 20, "fc"), Snapshots.normal("fc", 1, 60L, 60L));

    assertThat(texts(kafka.recordOf(Topic.DEAD_LETTERS, run + "/fc"), DeadLetters.REASON))
        .singleElement()
        .asString()
        .startsWith("header ce_step must be a whole number")
        .endsWith("got: 'ten'");
    assertThat(kafka.outcomeOf(id(1, 20, "fc"))).isInstanceOf(Outcome.Analysed.class);
  }

  @Test
  void hugeClaimIsRefusedBeforeItIsAllocated() {
    long claimed = 1L << 50;
    int count = (int) ((claimed - 1) / SnapshotChunk.CHUNK_BYTES + 1);

    kafka.send(
        new SnapshotChunk(
            id(1, 10, "fc"),
            Optional.empty(),
            Optional.empty(),
            0,
            count,
            claimed,
            0,
            new byte[SnapshotChunk.CHUNK_BYTES]));
    kafka.send(id(1, 20, "fc"), Snapshots.normal("fc", 1, 60L, 60L));

    assertThat(texts(kafka.recordOf(Topic.DEAD_LETTERS, run + "/fc"), DeadLetters.REASON))
        .singleElement()
        .asString()
        .startsWith("totalBytes of " + run + "/fc@1:10 must be at most");
    assertThat(kafka.outcomeOf(id(1, 20, "fc"))).isInstanceOf(Outcome.Analysed.class);
  }

  @Test
  void everySnapshotOfALayerIsAnsweredAndTheNewestIsAnalysed() {
    int last = 12;

    for (int step = 1; step <= last; step++) {
      Snapshots.slow(id(1, step, "slow")).forEach(kafka::send);
    }

    assertThat(kafka.outcomeOf(id(1, last, "slow"))).isInstanceOf(Outcome.Analysed.class);
    int superseded = 0;
    for (int step = 1; step < last; step++) {
      Outcome outcome = kafka.outcomeOf(id(1, step, "slow"));
      if (outcome instanceof Outcome.Superseded by) {
        assertThat(by.byStep()).isGreaterThan(step);
        superseded++;
      } else {
        assertThat(outcome).isInstanceOf(Outcome.Analysed.class);
      }
    }
    assertThat(superseded).as("superseded while newer ones waited").isPositive();
  }

  @Test
  void olderIncarnationIsFenced() {
    kafka.send(id(7, 10, "fc"), Snapshots.normal("fc", 1, 60L, 60L));
    assertThat(kafka.outcomeOf(id(7, 10, "fc"))).isInstanceOf(Outcome.Analysed.class);

    kafka.send(id(6, 900, "fc"), Snapshots.normal("fc", 2, 60L, 60L));

    assertThat(kafka.outcomeOf(id(6, 900, "fc"))).isEqualTo(new Outcome.Superseded(7, 10));
  }

  @Test
  void floodingRunDoesNotStarveAnother() {
    String quiet = "quiet-" + UUID.randomUUID();
    SafeTensor small = Snapshots.normal("small", 6, 60L, 60L);
    int flood = 24;

    for (int i = 0; i < flood; i++) {
      Snapshots.slow(id(1, 10, "slow" + i)).forEach(kafka::send);
    }
    kafka.send(new SnapshotId(quiet, 1, 10, 0, "small"), small);
    assertThat(kafka.outcomeOf(new SnapshotId(quiet, 1, 10, 0, "small")))
        .isInstanceOf(Outcome.Analysed.class);

    List<String> runs =
        kafka.outcomes().stream()
            .map(LayerOutcome::snapshot)
            .map(SnapshotId::run)
            .filter(name -> name.equals(run) || name.equals(quiet))
            .toList();
    assertThat(runs.indexOf(quiet)).as("outcomes before the quiet run's").isLessThan(flood - 1);
    for (int i = 0; i < flood; i++) {
      assertThat(kafka.outcomeOf(id(1, 10, "slow" + i))).isInstanceOf(Outcome.Analysed.class);
    }
  }

  @Test
  void snapshotDeliveredTwiceGivesEqualOutcomes() {
    SafeTensor tensor = Snapshots.normal("fc", 1, 60L, 90L);
    kafka.send(id(1, 10, "fc"), tensor);
    kafka.outcomeOf(id(1, 10, "fc"));

    kafka.send(id(1, 10, "fc"), tensor);

    await()
        .atMost(PlainKafka.PATIENCE)
        .untilAsserted(() -> assertThat(kafka.outcomesOf(id(1, 10, "fc"))).hasSize(2));
    Outcome.Analysed first = (Outcome.Analysed) kafka.outcomesOf(id(1, 10, "fc")).get(0);
    assertThat(kafka.outcomesOf(id(1, 10, "fc")).get(1))
        .usingRecursiveComparison()
        .ignoringFields("computeNanos")
        .isEqualTo(first);
  }

  @Test
  void bytesThatAreNoDocumentFailTheLayer() {
    byte[] nonsense = "this is no safetensors document".getBytes(StandardCharsets.UTF_8);

    Snapshots.chunks(id(1, 10, "fc"), ByteBuffer.wrap(nonsense)).forEach(kafka::send);

    assertThat(kafka.outcomeOf(id(1, 10, "fc"))).isInstanceOf(Outcome.Failed.class);
    assertThat(texts(kafka.recordOf(Topic.DEAD_LETTERS, run + "/fc"), DeadLetters.REASON))
        .singleElement()
        .asString()
        .startsWith(run + "/fc@1:10 is no safetensors document: ");
  }

  @Test
  void serviceIsReadyAndCountsWhatItDoes() {
    kafka.send(id(1, 10, "fc"), Snapshots.normal("fc", 1, 60L, 60L));
    kafka.outcomeOf(id(1, 10, "fc"));

    await()
        .atMost(PlainKafka.PATIENCE)
        .untilAsserted(() -> assertThat(get("/q/health/ready").statusCode()).isEqualTo(200));
    Map<String, Object> solvers =
        get("/q/health/ready")
            .jsonPath()
            .getMap("checks.find { it.name == 'eigenvalue solvers' }.data");
    assertThat(solvers)
        .containsKeys("processor", "openBlas", "coreType", "vectorBits")
        .hasEntrySatisfying(
            "gigaflops", speed -> assertThat(((Number) speed).longValue()).isPositive());
    String metrics = get("/q/metrics").asString();
    assertThat(metrics)
        .containsPattern("isotherm_spectral_outcomes_total\\{status=\"analysed\"} [1-9]")
        .containsPattern("isotherm_spectral_compute_seconds_count\\{solver=\"lapack\"} [1-9]")
        .contains("isotherm_spectral_assembly_bytes ")
        .contains("isotherm_spectral_queue_depth ");
  }

  private SnapshotId id(long incarnation, long step, String layer) {
    return new SnapshotId(run, incarnation, step, 0, layer);
  }

  private static void assertSameAlpha(Outcome outcome, SafeTensor tensor) {
    Outcome.Analysed expected;
    try (ReferenceEigenvalueSolver solver = new ReferenceEigenvalueSolver()) {
      expected =
          (Outcome.Analysed) new LayerAnalysis(solver).analyse(tensor, EstimatorSpec.DEFAULT);
    }
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Analysed.class,
            analysed -> {
              assertThat(analysed.alpha()).isCloseTo(expected.alpha(), within(ALPHA_TOLERANCE));
              assertThat(analysed.eigenvalueCount()).isEqualTo(expected.eigenvalueCount());
              assertThat(analysed.solver()).isEqualTo("lapack");
            });
  }

  private static List<String> texts(ConsumerRecord<String, byte[]> record, String name) {
    List<String> texts = new ArrayList<>();
    for (Header header : record.headers().headers(name)) {
      texts.add(new String(header.value(), StandardCharsets.UTF_8));
    }
    return texts;
  }
}
