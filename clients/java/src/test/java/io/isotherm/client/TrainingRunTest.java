package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.AppliedDecision;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.testkit.TestKafka;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TrainingRunTest {

  private static final TestRuns.FixedWeights WEIGHTS = new TestRuns.FixedWeights(5);
  private static final Duration LONG = Duration.ofSeconds(60);

  private static ClientConfig config;
  private static PlainKafka kafka;

  @BeforeAll
  static void connect() {
    String broker = TestKafka.broker().bootstrapServers();
    config = ClientConfig.of(broker).withCloseTimeout(LONG);
    kafka = new PlainKafka(broker);
  }

  @AfterAll
  static void disconnect() {
    kafka.close();
  }

  @Test
  void snapshotsReadBackByAPlainConsumerAreTheWeights() throws Exception {
    RunDescription description = TestRuns.run("bytes", 3);

    try (TrainingRun run = TrainingRun.start(config, description)) {
      run.snapshot(0, 0, WEIGHTS);
      run.snapshot(50, 1, WEIGHTS);
      run.finish(50);
    }

    Map<SnapshotId, SafeTensor> tensors =
        new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    for (Map.Entry<SnapshotId, List<SnapshotChunk>> layer : chunks("bytes").entrySet()) {
      tensors.put(layer.getKey(), SafeTensors.read(join(layer.getValue())));
    }
    assertThat(tensors.keySet())
        .containsExactlyInAnyOrder(
            new SnapshotId("bytes", 3, 0, 0, "conv"),
            new SnapshotId("bytes", 3, 0, 0, "dense"),
            new SnapshotId("bytes", 3, 50, 1, "conv"),
            new SnapshotId("bytes", 3, 50, 1, "dense"));
    tensors.forEach(
        (id, tensor) -> {
          float[] copied = new float[(int) tensor.elementCount()];
          tensor.data().asFloatBuffer().get(copied);
          assertThat(copied).isEqualTo(WEIGHTS.of(id.layer()));
        });
  }

  @Test
  void allSnapshotsOfAStepShareOneTraceAndSayTheirEstimator() throws Exception {
    try (TrainingRun run = TrainingRun.start(config, TestRuns.run("trace", 1))) {
      run.snapshot(0, 0, WEIGHTS);
      run.finish(0);
    }

    List<ConsumerRecord<String, byte[]>> records = kafka.records(Topic.SNAPSHOTS, "trace");
    assertThat(records).hasSize(3);
    assertThat(records)
        .extracting(
            r ->
                new String(
                    r.headers().lastHeader(WireRecord.TRACEPARENT).value(), StandardCharsets.UTF_8))
        .allMatch(value -> value.matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01"))
        .containsOnly(
            new String(
                records.get(0).headers().lastHeader(WireRecord.TRACEPARENT).value(),
                StandardCharsets.UTF_8));
    assertThat(chunk(records.get(0)).estimator()).contains(EstimatorSpec.DEFAULT);
  }

  @Test
  void takenIsPublishedPlusDroppedAtTheEnd() throws Exception {
    TrainingRun run = TrainingRun.start(config.withQueueCapacity(2), TestRuns.run("sums", 1));
    for (int step = 0; step < 200; step++) {
      run.beginStep(step);
      run.snapshot(step + 1, 0, WEIGHTS);
    }
    run.finish(200);

    run.close();

    ClientCounters counters = run.counters();
    assertThat(counters.snapshotsTaken()).isEqualTo(400);
    assertThat(counters.snapshotsPublished()).isPositive();
    assertThat(counters.snapshotsPublished() + counters.snapshotsDropped()).isEqualTo(400);
    assertThat(chunks("sums")).hasSize((int) counters.snapshotsPublished());
  }

  @Test
  void aRateFromAPlainProducerIsInForceAtTheNextStep() throws Exception {
    RunDescription description = TestRuns.run("rates", Incarnations.next(0));
    try (TrainingRun run = TrainingRun.start(config, description)) {
      run.beginStep(0);
      run.snapshot(1, 0, WEIGHTS);
      kafka.send(TestRuns.decision(description, 1, 1, TestRuns.factors(0.5, 1.5)));
      awaitNewest(run, 1);
      assertThat(run.rates().factor("conv")).isEqualTo(1.0);

      Rates rates = run.beginStep(1);

      assertThat(rates.factor("conv")).isEqualTo(0.5);
      assertThat(rates.factor("norm")).isEqualTo(0.5);
      assertThat(rates.factor("dense")).isEqualTo(1.5);
      assertThat(run.rates()).isSameAs(rates);
      assertThat(run.counters().decisionsApplied()).isEqualTo(1);
    }
  }

  @Test
  void whatWasAppliedAndWhenIsToldOnce() throws Exception {
    RunDescription description = TestRuns.run("applied", 1);
    try (TrainingRun run = TrainingRun.start(config, description)) {
      run.snapshot(1, 0, WEIGHTS);
      kafka.send(TestRuns.decision(description, 1, 1, TestRuns.factors(0.5, 1)));
      awaitNewest(run, 1);
      run.beginStep(4);
      run.beginStep(5);
      run.progress(6, 0, OptionalDouble.of(Double.NaN), OptionalDouble.of(0.5), 0.1);
      awaitProgress("applied", 6);
      run.progress(7, 0, OptionalDouble.of(2), OptionalDouble.empty(), 0.1);
      awaitProgress("applied", 7);
      run.finish(7);
    }

    List<Progress> told = told("applied");
    assertThat(told)
        .extracting(Progress::applied)
        .containsExactly(List.of(new AppliedDecision("d-1-1", 1, 1, 4)), List.of());
    assertThat(told.get(0).loss()).isEmpty();
    assertThat(told.get(0).accuracy()).hasValue(0.5);
    assertThat(told.get(0).factors()).isEqualTo(Map.of("conv", 0.5, "norm", 0.5));
    assertThat(told.get(1).counters().decisionsApplied()).isEqualTo(1);
  }

  @Test
  void aRampAndWeightDecayAreInForceStepByStepAndTold() throws Exception {
    RunDescription description = TestRuns.run("ramp", 1);
    try (TrainingRun run = TrainingRun.start(config, description)) {
      run.beginStep(0);
      run.snapshot(1, 0, WEIGHTS);
      kafka.send(
          TestRuns.decision(
              description, 1, 1, TestRuns.factors(0.5, 1.5), 4, Map.of("dense", 3.0), 2));
      awaitNewest(run, 1);

      for (int k = 1; k <= 5; k++) {
        Rates rates = run.beginStep(k);
        assertThat(run.beginStep(k)).as("the same step again").isSameAs(rates);

        double way = Math.min(1, k / 4.0);
        assertThat(rates.factor("conv")).isEqualTo(1 + (0.5 - 1) * way);
        assertThat(rates.factor("dense")).isEqualTo(1 + (1.5 - 1) * way);
        assertThat(rates.weightDecayFactor("dense"))
            .isEqualTo(1 + (3.0 - 1) * Math.min(1, k / 2.0));
        assertThat(rates.weightDecayFactor("conv")).isEqualTo(1);
        if (k == 1) {
          run.progress(2, 0, OptionalDouble.empty(), OptionalDouble.empty(), 0.1);
          awaitProgress("ramp", 2);
        }
      }
      assertThat(run.counters().decisionsApplied()).isEqualTo(1);
      run.finish(6);
    }

    Progress told = told("ramp").get(0);
    assertThat(told.factors()).isEqualTo(TestRuns.factors(0.875, 1.125));
    assertThat(told.weightDecayFactors()).isEqualTo(Map.of("dense", 2.0));
  }

  @Test
  void aResumedRunGoesOnWithTheRestOfARamp() throws Exception {
    RunDescription first = TestRuns.run("resumed-ramp", 1);
    RunCheckpoint checkpoint;
    try (TrainingRun run = TrainingRun.start(config, first)) {
      kafka.send(
          TestRuns.decision(first, 1, 0, TestRuns.factors(0.5, 1.5), 4, Map.of("dense", 3.0), 4));
      awaitNewest(run, 1);
      run.beginStep(0);
      checkpoint = RunCheckpoint.fromJson(run.checkpoint().toJson());
    }

    try (TrainingRun run =
        TrainingRun.resume(config, TestRuns.run("resumed-ramp", 2), checkpoint)) {
      assertThat(run.rates().factor("dense")).isEqualTo(1.125);
      assertThat(run.beginStep(1).factor("dense")).isEqualTo(1.25);
      assertThat(run.beginStep(2).weightDecayFactor("dense")).isEqualTo(2.5);
      assertThat(run.beginStep(3).factors()).isEqualTo(TestRuns.factors(0.5, 1.5));
      assertThat(run.beginStep(4)).isSameAs(run.rates());
      assertThat(run.counters().decisionsApplied()).isZero();
    }
  }

  @Test
  void theDecisionOfAShadowLeavesTheCurrentOneInForce() throws Exception {
    RunDescription run = TestRuns.run("shadowed", 1);
    WireRecord acting =
        replace(
            TestRuns.decision(run, 2, 0, TestRuns.factors(3, 3)),
            "\"missing\":[]",
            "\"missing\":[],\"shadow\":\"careful\"");

    leavesTheCurrentOneInForce(run, acting);
  }

  @Test
  void aWeightDecayFactorOutOfItsClampLeavesTheCurrentOneInForce() throws Exception {
    RunDescription run = TestRuns.run("decayed", 1);

    leavesTheCurrentOneInForce(
        run,
        Messages.LEARNING_RATES.encode(
            TestRuns.decision(run, 2, 0, TestRuns.factors(3, 3), 0, Map.of("conv", 1e3), 0)));
  }

  @Test
  void aDecisionOfAnotherIncarnationIsFenced() throws Exception {
    RunDescription description = TestRuns.run("fenced", 10);
    try (TrainingRun run = TrainingRun.start(config, description)) {
      kafka.send(TestRuns.decision(TestRuns.run("fenced", 9), 8, 0, TestRuns.factors(9, 9)));
      kafka.send(TestRuns.decision(TestRuns.run("fenced", 11), 9, 0, TestRuns.factors(11, 11)));
      kafka.send(TestRuns.decision(description, 2, 0, TestRuns.factors(0.5, 0.5)));
      kafka.send(TestRuns.decision(description, 1, 0, TestRuns.factors(2, 2)));

      await().atMost(LONG).untilAsserted(() -> assertThat(run.decisionsFenced()).isEqualTo(3));

      assertThat(run.beginStep(0).revision()).isEqualTo(2);
      assertThat(run.rates().factor("conv")).isEqualTo(0.5);
    }
  }

  @Test
  void aRunThatIsSupersededLeavesTheLastWordToTheLargerIncarnation() throws Exception {
    RunDescription newer = TestRuns.run("superseded", 11);
    TrainingRun older = TrainingRun.start(config, TestRuns.run("superseded", 10));
    await().atMost(LONG).until(() -> phases("superseded").size() == 1);
    kafka.send(Messages.RUNS.encode(newer));
    kafka.send(TestRuns.decision(newer, 1, 0, TestRuns.factors(2, 2)));
    await().atMost(LONG).until(() -> older.decisionsFenced() == 1);

    older.close();

    assertThat(phases("superseded")).containsExactly(RunPhase.RUNNING, RunPhase.RUNNING);
  }

  @Test
  void aDecisionOfAnotherRunChangesNothing() throws Exception {
    RunDescription description = TestRuns.run("mine", 1);
    try (TrainingRun run = TrainingRun.start(config, description)) {
      kafka.send(TestRuns.decision(TestRuns.run("other", 1), 1, 0, TestRuns.factors(2, 2)));
      kafka.send(TestRuns.decision(description, 1, 0, TestRuns.factors(0.5, 0.5)));
      awaitNewest(run, 1);

      assertThat(run.beginStep(0).factor("conv")).isEqualTo(0.5);
      assertThat(run.decisionsFenced()).isZero();
      assertThat(run.counters().decisionsRejected()).isZero();
    }
  }

  @Test
  void aRateOutsideTheBoundsLeavesTheCurrentOneInForce() throws Exception {
    RunDescription description = TestRuns.run("bounds", 1);
    leavesTheCurrentOneInForce(
        description,
        Messages.LEARNING_RATES.encode(
            TestRuns.decision(description, 2, 0, TestRuns.factors(100.1, 1))));
  }

  @Test
  void aRateThatIsNotFiniteLeavesTheCurrentOneInForce() throws Exception {
    RunDescription description = TestRuns.run("finite", 1);
    Decision newer = TestRuns.decision(description, 2, 0, TestRuns.factors(0.75, 1));
    leavesTheCurrentOneInForce(
        description,
        replace(newer, "0.75", "\"NaN\""),
        replace(newer, "0.75", "NaN"),
        replace(newer, "0.75", "1e999"),
        replace(newer, "0.75", "\"Infinity\""),
        replace(newer, "0.75", "null"),
        replace(newer, "0.75", "-1.0"));
  }

  @Test
  void anUnknownDecisionLeavesTheCurrentOneInForce() throws Exception {
    RunDescription description = TestRuns.run("unknown", 1);
    Decision newer = TestRuns.decision(description, 2, 0, TestRuns.factors(0.75, 1));
    leavesTheCurrentOneInForce(
        description,
        replace(newer, "\"dense\"", "\"stranger\""),
        replace(newer, "\"linear\"", "\"astrology\""),
        Messages.LEARNING_RATES.encode(
            TestRuns.decision(description, 2, 1_000_000, TestRuns.factors(0.75, 1))));
  }

  @Test
  void aDecisionThatIsNoJsonLeavesTheCurrentOneInForce() throws Exception {
    RunDescription description = TestRuns.run("garbage", 1);
    Decision newer = TestRuns.decision(description, 2, 0, TestRuns.factors(0.75, 1));
    leavesTheCurrentOneInForce(description, replace(newer, "{", "<"));
  }

  @Test
  void aResumedRunGoesOnWithTheFactorsOfItsCheckpoint() throws Exception {
    RunDescription first = TestRuns.run("resumed", Incarnations.next(0));
    RunCheckpoint checkpoint;
    try (TrainingRun run = TrainingRun.start(config, first)) {
      kafka.send(TestRuns.decision(first, 4, 0, TestRuns.factors(0.5, 1.5)));
      awaitNewest(run, 4);
      run.beginStep(0);
      checkpoint = RunCheckpoint.fromJson(run.checkpoint().toJson());
      run.fail("the machine goes down");
    }

    RunDescription second = TestRuns.run("resumed", Incarnations.next(checkpoint.incarnation()));
    try (TrainingRun run = TrainingRun.resume(config, second, checkpoint)) {
      assertThat(run.beginStep(1).factor("conv")).isEqualTo(0.5);
      kafka.send(TestRuns.decision(first, 5, 0, TestRuns.factors(9, 9)));
      kafka.send(TestRuns.decision(second, 1, 0, TestRuns.factors(0.6, 1)));
      awaitNewest(run, 1);

      assertThat(run.beginStep(2).factor("conv")).isEqualTo(0.6);
      assertThat(run.counters().decisionsApplied()).isEqualTo(1);
    }
  }

  @Test
  void aRunResumesOnlyFromItsOwnCheckpointWithALargerIncarnation() {
    RunCheckpoint checkpoint = new RunCheckpoint("a", 5, Rates.NONE);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingRun.resume(config, TestRuns.run("b", 6), checkpoint))
        .withMessage("run 'b' cannot resume from a checkpoint of run 'a'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TrainingRun.resume(config, TestRuns.run("a", 5), checkpoint))
        .withMessageContaining("must be more than 5, got: 5");
  }

  @Test
  void theFirstEndOfARunIsTheOneThatIsTold() throws Exception {
    try (TrainingRun run = TrainingRun.start(config, TestRuns.run("ended", 1))) {
      run.finish(12);
      run.fail("too late");
    }

    assertThat(phases("ended")).endsWith(new RunPhase.Finished(12));
  }

  @Test
  void aRunThatIsClosedInTheMiddleHasFailed() throws Exception {
    try (TrainingRun run = TrainingRun.start(config, TestRuns.run("left", 1))) {
      run.beginStep(0);
    }

    assertThat(phases("left")).last().isInstanceOf(RunPhase.Failed.class);
  }

  @Test
  void aRunThatIsStoppedByAnInterruptStillTellsItsEnd() throws Exception {
    TrainingRun run = TrainingRun.start(config, TestRuns.run("interrupted", 1));
    run.finish(3);
    Thread.currentThread().interrupt();

    run.close();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(phases("interrupted")).endsWith(new RunPhase.Finished(3));
  }

  private static void leavesTheCurrentOneInForce(RunDescription description, WireRecord... bad)
      throws Exception {
    try (TrainingRun run = TrainingRun.start(config, description)) {
      kafka.send(TestRuns.decision(description, 1, 0, TestRuns.factors(0.5, 1.5)));
      awaitNewest(run, 1);
      Rates current = run.beginStep(0);

      for (WireRecord record : bad) {
        kafka.send(record);
      }

      await()
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(run.counters().decisionsRejected()).isEqualTo(bad.length));
      assertThat(run.beginStep(1)).isSameAs(current);
      assertThat(run.rates().factor("conv")).isEqualTo(0.5);
    }
  }

  private static void awaitNewest(TrainingRun run, long revision) {
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(run.newest().revision()).isEqualTo(revision));
  }

  private static void awaitProgress(String run, long step) {
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(told(run)).extracting(Progress::step).contains(step));
  }

  private static WireRecord replace(Decision decision, String from, String to) {
    WireRecord record = Messages.LEARNING_RATES.encode(decision);
    String json = new String(record.value(), StandardCharsets.UTF_8);
    assertThat(json).contains(from);
    return new WireRecord(
        record.topic(),
        record.key(),
        record.headers(),
        json.replace(from, to).getBytes(StandardCharsets.UTF_8));
  }

  private static List<Progress> told(String run) throws Exception {
    List<Progress> told = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> r : kafka.records(Topic.PROGRESS, run)) {
      told.add(KafkaRecords.decode(Messages.PROGRESS, r));
    }
    return told;
  }

  private static List<RunPhase> phases(String run) throws Exception {
    List<RunPhase> phases = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> r : kafka.records(Topic.RUNS, run)) {
      phases.add(KafkaRecords.decode(Messages.RUNS, r).phase());
    }
    return phases;
  }

  private static SnapshotChunk chunk(ConsumerRecord<String, byte[]> r) throws Exception {
    return SnapshotCodec.decode(r.key(), KafkaRecords.headers(r.headers()), r.value());
  }

  private static Map<SnapshotId, List<SnapshotChunk>> chunks(String run) throws Exception {
    Map<SnapshotId, List<SnapshotChunk>> chunks =
        new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    for (ConsumerRecord<String, byte[]> r : kafka.records(Topic.SNAPSHOTS, run)) {
      SnapshotChunk chunk = chunk(r);
      chunks.computeIfAbsent(chunk.id(), id -> new ArrayList<>()).add(chunk);
    }
    return chunks;
  }

  private static ByteBuffer join(List<SnapshotChunk> chunks) {
    ByteArrayOutputStream document = new ByteArrayOutputStream();
    for (int i = 0; i < chunks.size(); i++) {
      assertThat(chunks.get(i).index()).isEqualTo(i);
      document.writeBytes(chunks.get(i).payload());
    }
    CRC32C crc = new CRC32C();
    crc.update(document.toByteArray());
    assertThat(chunks).hasSize(chunks.get(0).count());
    assertThat(chunks.get(0).crc32c()).isEqualTo(crc.getValue());
    return ByteBuffer.wrap(document.toByteArray());
  }
}
