package io.isotherm.spectral.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.spectral.Sharding;
import io.isotherm.spectral.Sharding.Part;
import io.isotherm.spectral.Snapshots;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.LayerMemory;
import io.isotherm.spectral.assembly.SnapshotAssembler;
import io.isotherm.spectral.offsets.AnswerPositions;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.offsets.Takeover;
import io.isotherm.spectral.runs.KnownRuns;
import io.isotherm.spectral.work.AnalysisJob;
import io.isotherm.spectral.work.FairQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class IntakeOfShardsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final SafeTensor TENSOR = Snapshots.normal("fc", 1, 60L, 60L);
  private static final List<Part> THIRDS = Sharding.rows(TENSOR.shape(), 3);

  private final FairQueue queue = new FairQueue();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Long> acknowledged = new ArrayList<>();
  private OwnedPartition owned = new OwnedPartition(3, Takeover.ofNothing());
  private long nanos = 1_000;
  private long offset;

  private final Intake intake =
      new Intake(
          new SnapshotAssembler(
              1 << 24,
              new MemoryBudget(1 << 28, Long.MAX_VALUE, "isotherm.spectral.memory"),
              new LayerMemory(SolverKind.LAPACK)::of,
              NativeBlock::of),
          100,
          queue,
          new KnownRuns(100, Duration.ofSeconds(1)),
          TIMEOUT,
          () -> nanos,
          answer -> {
            answers.add(answer);
            answer.receipts().forEach(receipt -> acknowledged.add(receipt.offset()));
            return CompletableFuture.completedStage(null);
          },
          partition -> {});

  @Test
  void shardsBecomeOneJobAndNothingIsAcknowledgedBeforeItsAnswer() throws InterruptedException {
    takeShards(id(1, 10), 2, 0, 1);

    AnalysisJob job = queue.take().orElseThrow();
    assertThat(job.complete().document()).isEqualTo(SafeTensors.write(TENSOR));
    assertThat(job.receipts()).extracting(Receipt::offset).containsExactly(0L, 1L, 2L);
    assertThat(acknowledged).isEmpty();
    intake.release(job);
    assertThat(intake.bytesInMemory()).isZero();
  }

  @Test
  void layerOfARankThatDiedIsFailedWithTheShardsThatAreMissing() {
    takeShards(id(1, 10), 2, 0);
    nanos += TIMEOUT.toNanos();

    intake.expire();

    assertThat(outcomes())
        .containsExactly(
            new Outcome.Failed(
                "run/fc@1:10 is incomplete: 2 of 3 shards came, missing: 1, no chunk came for 60000"
                    + " ms"));
    assertThat(acknowledged).containsExactly(0L, 1L);
    assertThat(intake.bytesInMemory()).isZero();
  }

  @Test
  void shardThatComesAfterTheAnswerIsPassedOver() throws InterruptedException {
    takeShards(id(1, 10), 2, 0);
    nanos += TIMEOUT.toNanos();
    intake.expire();
    answers.clear();

    takeShards(id(1, 10), 1);
    takeShards(id(1, 20), 0, 1, 2, 2);

    assertThat(outcomes()).isEmpty();
    assertThat(acknowledged).containsExactly(0L, 1L, 2L, 6L);
    assertThat(intake.leftovers()).isEqualTo(2);
    assertThat(queue.take().orElseThrow().id()).isEqualTo(id(1, 20));
    assertThat(intake.incompleteSnapshots()).isZero();
  }

  @Test
  void newerStepEndsAnOlderOneOnceThoughItsShardsGoOnComing() {
    takeShards(id(1, 10), 0);
    takeShards(id(1, 20), 0);
    takeShards(id(1, 10), 1);
    takeShards(id(1, 20), 1);
    takeShards(id(1, 10), 2);
    takeShards(id(1, 20), 2);

    assertThat(outcomes()).containsExactly(new Outcome.Superseded(1, 20));
    assertThat(answers)
        .flatExtracting(answer -> answer.deadLetter().stream().toList())
        .extracting(DeadLetter::reason)
        .containsExactly(
            "run/fc@1:10 is incomplete: 1 of 3 shards came, missing: 1, 2, a newer one began:"
                + " run/fc@1:20; the bytes are not kept");
    assertThat(acknowledged).containsExactly(0L, 2L, 4L);
    assertThat(queue.depth()).isEqualTo(1);
  }

  @Test
  void shardsOfAnOlderIncarnationAreFenced() throws InterruptedException {
    takeShards(id(2, 5), 0, 1, 2);

    takeShards(id(1, 900), 0, 1, 2);

    assertThat(outcomes()).containsExactly(new Outcome.Superseded(2, 5));
    assertThat(queue.depth()).isEqualTo(1);
    assertThat(queue.take().orElseThrow().id()).isEqualTo(id(2, 5));
  }

  @Test
  void shardsThatDoNotFitFailTheLayerOnceAndTheOtherShardsArePassedOver() {
    List<Part> overlapping = List.of(THIRDS.get(0), THIRDS.get(0), THIRDS.get(2));
    for (int shard = 0; shard < 3; shard++) {
      take(Sharding.chunks(id(1, 10), TENSOR, overlapping, shard).get(0));
    }

    assertThat(outcomes())
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.cause())
                    .startsWith("shard 1 of run/fc@1:10 must have no element in common"));
    assertThat(acknowledged).containsExactly(0L, 1L, 2L);
    assertThat(intake.bytesInMemory()).isZero();
  }

  @Test
  void partitionThatComesBackGivesTheWholeLayerAgain() throws InterruptedException {
    takeShards(id(1, 10), 0, 1, 2);
    owned.lose();
    intake.revoke(List.of(3));
    assertThat(intake.bytesInMemory()).isZero();
    owned = new OwnedPartition(3, Takeover.ofNothing());
    offset = 0;

    takeShards(id(1, 10), 0, 1, 2);

    assertThat(queue.take().orElseThrow().receipts()).hasSize(3);
    assertThat(answers).isEmpty();
  }

  @Test
  void successorPassesOverTheShardsOfALayerThatHasItsOutcomeLateOnesIncluded() {
    owned =
        new OwnedPartition(
            3,
            new Takeover(
                0,
                true,
                Map.of(id(1, 10), 2L),
                AnswerPositions.BEGINNING,
                AnswerPositions.BEGINNING));

    takeShards(id(1, 10), 0, 1, 2, 1);

    assertThat(outcomes()).isEmpty();
    assertThat(acknowledged).containsExactly(0L, 1L, 2L, 3L);
    assertThat(intake.incompleteSnapshots()).isZero();
  }

  private void takeShards(SnapshotId id, int... shards) {
    for (int shard : shards) {
      take(Sharding.chunks(id, TENSOR, THIRDS, shard).get(0));
    }
  }

  private void take(SnapshotChunk chunk) {
    long mine = offset++;
    owned.received(mine);
    Receipt receipt = new Receipt("isotherm.snapshots", owned, mine, "key", sink -> {});
    assertThat(intake.take(chunk, receipt).toCompletableFuture()).isCompleted();
  }

  private List<Outcome> outcomes() {
    return answers.stream()
        .flatMap(answer -> answer.outcome().stream())
        .map(outcome -> outcome.outcome())
        .toList();
  }

  private static SnapshotId id(long incarnation, long step) {
    return new SnapshotId("run", incarnation, step, 0, "fc");
  }
}
