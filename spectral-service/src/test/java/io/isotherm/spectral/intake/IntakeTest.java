package io.isotherm.spectral.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.solvers.memory.MemoryNeed;
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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class IntakeTest {

  private static final String SETTING = "isotherm.spectral.memory";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** 600 x 600 weights in single precision are two chunks; the budget has room for two of them. */
  private static final long DOCUMENT = 1_500_000;

  private final FairQueue queue = new FairQueue();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Long> acknowledged = new ArrayList<>();
  private final List<Integer> readAgain = new ArrayList<>();
  private final Map<Integer, OwnedPartition> owned = new HashMap<>();
  private long nanos = 1_000;
  private long offset;

  private final Intake intake =
      new Intake(
          assembler(DOCUMENT, 2 * DOCUMENT),
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
          partition -> readAgain.add(partition.number()));

  @Test
  void completeSnapshotBecomesAJobAndNothingIsAcknowledged() throws InterruptedException {
    takeAll(chunks(id("run", 1, 10, "conv")));

    AnalysisJob job = queue.take().orElseThrow();
    assertThat(job.id()).isEqualTo(id("run", 1, 10, "conv"));
    assertThat(job.receipts()).hasSize(2);
    assertThat(answers).isEmpty();
    assertThat(acknowledged).isEmpty();
  }

  @Test
  void olderSnapshotThatWaitsIsSupersededByANewerOne() throws InterruptedException {
    takeAll(chunks(id("run", 1, 10, "conv")));

    takeAll(chunks(id("run", 1, 20, "conv")));

    assertThat(onlyOutcome()).isEqualTo(new Outcome.Superseded(1, 20));
    assertThat(acknowledged).containsExactly(0L, 1L);
    assertThat(queue.take().orElseThrow().id().step()).isEqualTo(20);
    assertThat(queue.depth()).isZero();
  }

  @Test
  void olderIncarnationIsFencedAndAnsweredOnce() throws InterruptedException {
    takeAll(chunks(id("run", 5, 10, "conv")));
    intake.release(queue.take().orElseThrow());

    takeAll(chunks(id("run", 4, 900, "conv")));

    assertThat(outcomes()).containsExactly(new Outcome.Superseded(5, 10));
    assertThat(acknowledged).containsExactly(2L, 3L);
    assertThat(queue.depth()).isZero();
  }

  @Test
  void sameSnapshotDeliveredAgainIsAnalysedAgain() throws InterruptedException {
    takeAll(chunks(id("run", 1, 10, "conv")));
    intake.release(queue.take().orElseThrow());

    takeAll(chunks(id("run", 1, 10, "conv")));

    assertThat(queue.depth()).isEqualTo(1);
    assertThat(answers).isEmpty();
  }

  @Test
  void sameSnapshotTwiceInTheQueueIsAnalysedOnce() {
    takeAll(chunks(id("run", 1, 10, "conv")));

    takeAll(chunks(id("run", 1, 10, "conv")));

    assertThat(queue.depth()).isEqualTo(1);
    assertThat(outcomes()).isEmpty();
    assertThat(acknowledged).containsExactly(0L, 1L);
    assertThat(intake.bytesInMemory()).isLessThan(DOCUMENT);
  }

  @Test
  void gapFailsTheLayerPutsTheChunkAsideAndGoesOn() {
    SnapshotId three = id("run", 1, 10, "conv");
    List<SnapshotChunk> chunks =
        Snapshots.chunks(three, ByteBuffer.allocate(2 * SnapshotChunk.CHUNK_BYTES + 5));
    // This intake's bound is below three chunks, so another one shows the gap.
    Intake roomy =
        new Intake(
            assembler(1 << 22, 1 << 22),
            100,
            queue,
            new KnownRuns(100, Duration.ofSeconds(1)),
            TIMEOUT,
            () -> nanos,
            answer -> {
              answers.add(answer);
              return CompletableFuture.completedStage(null);
            },
            partition -> {});

    done(roomy.take(chunks.get(0), receipt(0)));
    done(roomy.take(chunks.get(2), receipt(0)));
    done(roomy.take(chunks.get(1), receipt(0)));

    assertThat(outcomes())
        .containsExactly(new Outcome.Failed("chunk 1 of run/conv@1:10 was due, got: 2"));
    assertThat(answers.get(0).deadLetter().orElseThrow().kind()).isEqualTo(DeadLetter.Kind.REFUSED);
    assertThat(roomy.bytesInMemory()).isZero();
    assertThat(roomy.leftovers()).isEqualTo(1);
  }

  @Test
  void bytesThatAreNoDocumentFailTheLayer() {
    takeAll(Snapshots.chunks(id("run", 1, 10, "conv"), ByteBuffer.allocate(100)));

    assertThat(onlyOutcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(answers.get(0).deadLetter().orElseThrow().kind())
        .isEqualTo(DeadLetter.Kind.MALFORMED);
    assertThat(intake.bytesInMemory()).isZero();
  }

  @Test
  void lastChunkDeliveredOnceMoreIsPassedOver() throws InterruptedException {
    List<SnapshotChunk> chunks = chunks(id("run", 1, 10, "conv"));
    takeAll(chunks);

    done(intake.take(chunks.get(1), receipt(0)));

    assertThat(outcomes()).isEmpty();
    assertThat(intake.leftovers()).isEqualTo(1);
    assertThat(queue.take()).isPresent();
  }

  @Test
  void newerSnapshotEndsAnIncompleteOlderOne() {
    done(intake.take(chunks(id("run", 1, 10, "conv")).get(0), receipt(0)));

    done(intake.take(chunks(id("run", 1, 20, "conv")).get(0), receipt(0)));

    assertThat(onlyOutcome()).isEqualTo(new Outcome.Superseded(1, 20));
    DeadLetter letter = answers.get(0).deadLetter().orElseThrow();
    assertThat(letter.kind()).isEqualTo(DeadLetter.Kind.INCOMPLETE);
    assertThat(letter.reason()).contains("1 of 2 chunks came").contains("run/conv@1:20");
    assertThat(acknowledged).containsExactly(0L);
  }

  @Test
  void snapshotThatWaitsTooLongForAChunkIsGivenUp() {
    List<SnapshotChunk> chunks = chunks(id("run", 1, 10, "conv"));
    done(intake.take(chunks.get(0), receipt(0)));

    nanos += TIMEOUT.toNanos() - 1;
    intake.expire();
    assertThat(answers).isEmpty();
    nanos += 1;
    intake.expire();
    done(intake.take(chunks.get(1), receipt(0)));

    assertThat(onlyOutcome())
        .isEqualTo(
            new Outcome.Failed(
                "run/conv@1:10 is incomplete: 1 of 2 chunks came, no chunk came for 60000 ms"));
    assertThat(intake.bytesInMemory()).isZero();
    assertThat(intake.leftovers()).isEqualTo(1);
    assertThat(acknowledged).containsExactly(0L, 1L);
  }

  @Test
  void intakeWaitsForAJobToGiveItsBytesBack() throws InterruptedException {
    takeAll(chunks(id("run", 1, 10, "a")));
    takeAll(chunks(id("run", 1, 10, "b")));
    AnalysisJob first = queue.take().orElseThrow();

    CompletionStage<Void> waiting = intake.take(chunks(id("run", 1, 10, "c")).get(0), receipt(0));
    boolean before = waiting.toCompletableFuture().isDone();
    intake.release(first);

    assertThat(before).isFalse();
    assertThat(waiting.toCompletableFuture()).isCompleted();
    assertThat(intake.incompleteSnapshots()).isEqualTo(1);
    assertThat(answers).isEmpty();
  }

  @Test
  void budgetFullOfIncompleteSnapshotsMakesTheOldestGiveWay() {
    done(intake.take(chunks(id("run", 1, 10, "a")).get(0), receipt(0)));
    done(intake.take(chunks(id("run", 1, 10, "b")).get(0), receipt(0)));

    done(intake.take(chunks(id("run", 1, 10, "c")).get(0), receipt(0)));

    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).outcome().orElseThrow().snapshot().layer()).isEqualTo("a");
    assertThat(onlyOutcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(intake.incompleteSnapshots()).isEqualTo(2);
  }

  @Test
  void partitionWaitsWhileIncompleteSnapshotsOfOthersHaveAllTheRoom() throws InterruptedException {
    // Given room for two, which layers of two other partitions have begun to fill
    List<SnapshotChunk> begun = chunks(id("run", 1, 10, "a"));
    done(intake.take(begun.get(0), receipt(0)));
    done(intake.take(chunks(id("run", 1, 10, "b")).get(0), receipt(1)));
    List<SnapshotChunk> waiting = chunks(id("run", 1, 10, "c"));
    Receipt first = receipt(2);

    done(intake.take(waiting.get(0), first));

    assertThat(answers).isEmpty();
    assertThat(owned.get(2).received(first.offset() + 1)).as("the next one").isFalse();
    assertThat(readAgain).isEmpty();

    // When one of them is analysed and gives its room back
    done(intake.take(begun.get(1), receipt(0)));
    intake.release(queue.take().orElseThrow());

    assertThat(readAgain).containsExactly(2);
    assertThat(owned.get(2).received(first.offset())).as("the same once more").isTrue();
    done(intake.take(waiting.get(0), first));
    assertThat(intake.incompleteSnapshots()).isEqualTo(2);
    assertThat(answers).isEmpty();
  }

  @Test
  void partitionsThatWaitForEachOtherLetTheOldestSnapshotGiveWay() {
    done(intake.take(chunks(id("run", 1, 10, "a")).get(0), receipt(0)));
    done(intake.take(chunks(id("run", 1, 10, "b")).get(0), receipt(1)));

    done(intake.take(chunks(id("other", 1, 10, "c")).get(0), receipt(0)));
    assertThat(answers).isEmpty();
    done(intake.take(chunks(id("other", 1, 10, "d")).get(0), receipt(1)));

    assertThat(answers).hasSize(1);
    assertThat(answers.get(0).outcome().orElseThrow().snapshot().layer()).isEqualTo("a");
  }

  @Test
  void snapshotWhoseTrainerDiedGivesItsRoomToAPartitionThatWaits() {
    done(intake.take(chunks(id("run", 1, 10, "a")).get(0), receipt(0)));
    done(intake.take(chunks(id("run", 1, 10, "b")).get(0), receipt(1)));
    done(intake.take(chunks(id("run", 1, 10, "c")).get(0), receipt(2)));

    nanos += TIMEOUT.toNanos();
    intake.expire();

    assertThat(outcomes()).hasSize(2).allMatch(Outcome.Failed.class::isInstance);
    assertThat(readAgain).containsExactly(2);
  }

  @Test
  void waitingForRoomIsNotHeldAgainstIncompleteSnapshots() throws InterruptedException {
    takeAll(chunks(id("run", 1, 10, "a")));
    List<SnapshotChunk> begun = chunks(id("run", 1, 10, "b"));
    done(intake.take(begun.get(0), receipt(0)));
    AnalysisJob first = queue.take().orElseThrow();
    CompletionStage<Void> waiting = intake.take(chunks(id("run", 1, 10, "c")).get(0), receipt(0));

    nanos += 10 * TIMEOUT.toNanos();
    intake.expire();
    intake.release(first);
    intake.expire();
    done(waiting);
    done(intake.take(begun.get(1), receipt(0)));

    assertThat(answers).isEmpty();
    assertThat(queue.take().orElseThrow().id().layer()).isEqualTo("b");
  }

  @Test
  void revokedPartitionIsForgottenWithoutAWord() {
    done(intake.take(chunks(id("run", 1, 10, "a")).get(0), receipt(3)));
    for (SnapshotChunk chunk : chunks(id("run", 1, 10, "b"))) {
      done(intake.take(chunk, receipt(3)));
    }

    revoke(3);
    done(intake.take(chunks(id("run", 1, 10, "c")).get(0), receipt(3)));

    assertThat(answers).isEmpty();
    assertThat(acknowledged).isEmpty();
    assertThat(queue.depth()).isZero();
    assertThat(intake.bytesInMemory()).isZero();
  }

  @Test
  void partitionThatComesBackIsTakenFromItsFirstUnansweredChunk() {
    List<SnapshotChunk> chunks = chunks(id("run", 1, 10, "a"));
    done(intake.take(chunks.get(0), receipt(3)));
    revoke(3);
    owned.put(3, fresh(3));

    for (SnapshotChunk chunk : chunks) {
      done(intake.take(chunk, receipt(3)));
    }

    assertThat(queue.depth()).isEqualTo(1);
  }

  @Test
  void revocationWhileWaitingForRoomLetsTheNextRecordCome() throws InterruptedException {
    takeAll(chunks(id("run", 1, 10, "a")));
    takeAll(chunks(id("run", 1, 10, "b")));
    assertThat(queue.take()).isPresent();
    CompletionStage<Void> waiting = intake.take(chunks(id("run", 1, 10, "c")).get(0), receipt(7));

    revoke(7);

    assertThat(waiting.toCompletableFuture()).isCompleted();
    assertThat(intake.incompleteSnapshots()).isZero();
  }

  @Test
  void restOfASnapshotThatAProcessBeforeHasAnsweredIsPassedOver() {
    // Given an offset that was committed between the first chunk and the second
    takeOver(3, 100, Map.of());
    offset = 100;

    done(intake.take(chunks(id("run", 1, 10, "a")).get(1), receipt(3)));

    assertThat(outcomes()).isEmpty();
    assertThat(answers).allMatch(answer -> answer.deadLetter().isEmpty());
    assertThat(acknowledged).containsExactly(100L);
    assertThat(intake.leftovers()).isEqualTo(1);
  }

  @Test
  void firstChunksThatNeverCameAreToldThoughAProcessBeforeHasReadThePartition() {
    takeOver(3, 100, Map.of());
    offset = 100;
    for (SnapshotChunk chunk : chunks(id("run", 1, 10, "a"))) {
      done(intake.take(chunk, receipt(3)));
    }

    done(intake.take(chunks(id("run", 1, 20, "a")).get(1), receipt(3)));

    assertThat(onlyOutcome())
        .isEqualTo(new Outcome.Failed("chunk 1 of run/a@1:20 came without the chunks before it"));
  }

  @Test
  void firstChunksThatWereDeletedUnreadAreTold() {
    // Given that retention took records from 100 on, which nobody has answered
    takeOver(3, 100, Map.of());
    offset = 200;

    done(intake.take(chunks(id("run", 1, 10, "a")).get(1), receipt(3)));

    assertThat(onlyOutcome()).isInstanceOf(Outcome.Failed.class);
  }

  @Test
  void snapshotThatAProcessBeforeHasAnsweredIsNotAnsweredAgain() {
    // Given an outcome that was published, and not yet committed
    takeOver(3, 100, Map.of(id("run", 1, 10, "a"), 101L));
    offset = 100;

    for (SnapshotChunk chunk : chunks(id("run", 1, 10, "a"))) {
      done(intake.take(chunk, receipt(3)));
    }
    for (SnapshotChunk chunk : chunks(id("run", 1, 20, "a"))) {
      done(intake.take(chunk, receipt(3)));
    }

    assertThat(outcomes()).isEmpty();
    assertThat(acknowledged).containsExactly(100L, 101L);
    assertThat(queue.depth()).isEqualTo(1);
  }

  @Test
  void layerThatCanNeverFitIsAnsweredOnceWithTheSettingThatWouldLetItIn() {
    Intake small =
        new Intake(
            new SnapshotAssembler(
                1 << 22,
                new MemoryBudget(1 << 22, Long.MAX_VALUE, SETTING),
                new LayerMemory(SolverKind.LAPACK)::of,
                NativeBlock::of),
            100,
            queue,
            new KnownRuns(100, Duration.ofSeconds(1)),
            TIMEOUT,
            () -> nanos,
            answer -> {
              answers.add(answer);
              return CompletableFuture.completedStage(null);
            },
            partition -> {});

    for (SnapshotChunk chunk : chunks(id("run", 1, 10, "a"))) {
      done(small.take(chunk, receipt(0)));
    }

    assertThat(onlyOutcome())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed ->
                assertThat(failed.cause())
                    .startsWith("run/a@1:10 needs ")
                    .contains("isotherm.spectral.memory is 4194304: set it to at least "));
    assertThat(small.leftovers()).isEqualTo(1);
    assertThat(small.bytesInMemory()).isZero();
  }

  private static SnapshotAssembler assembler(long maxDocument, long budget) {
    return new SnapshotAssembler(
        maxDocument,
        new MemoryBudget(budget, Long.MAX_VALUE, SETTING),
        document -> new MemoryNeed(document.bytes(), 0),
        NativeBlock::of);
  }

  private void takeOver(int partition, long committed, Map<SnapshotId, Long> answered) {
    owned.put(
        partition,
        new OwnedPartition(
            partition,
            new Takeover(
                committed, true, answered, AnswerPositions.BEGINNING, AnswerPositions.BEGINNING)));
  }

  private void takeAll(List<SnapshotChunk> chunks) {
    for (SnapshotChunk chunk : chunks) {
      done(intake.take(chunk, receipt(0)));
    }
  }

  private OwnedPartition fresh(int partition) {
    return new OwnedPartition(partition, Takeover.ofNothing());
  }

  /** As the listener of rebalances does it. */
  private void revoke(int partition) {
    owned.get(partition).lose();
    intake.revoke(List.of(partition));
  }

  private Receipt receipt(int partition) {
    long mine = offset++;
    owned.computeIfAbsent(partition, this::fresh).received(mine);
    return new Receipt("isotherm.snapshots", owned.get(partition), mine, "key", sink -> {});
  }

  private List<Outcome> outcomes() {
    return answers.stream()
        .flatMap(answer -> answer.outcome().stream())
        .map(outcome -> outcome.outcome())
        .toList();
  }

  private Outcome onlyOutcome() {
    assertThat(outcomes()).hasSize(1);
    return outcomes().get(0);
  }

  private static void done(CompletionStage<Void> stage) {
    assertThat(stage.toCompletableFuture()).isCompleted();
  }

  private static SnapshotId id(String run, long incarnation, long step, String layer) {
    return new SnapshotId(run, incarnation, step, 0, layer);
  }

  private static List<SnapshotChunk> chunks(SnapshotId id) {
    return Snapshots.chunks(id, Snapshots.normal(id.layer(), id.step(), 600L, 600L));
  }
}
