package io.isotherm.spectral.intake;

import io.isotherm.checks.Names;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Objection;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.SnapshotAssembler;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.runs.KnownRuns;
import io.isotherm.spectral.work.AnalysisJob;
import io.isotherm.spectral.work.FairQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Turns chunks into jobs, and has published what is answered where no job comes of it. Safe for use
 * by many threads; nothing in it waits.
 *
 * <p>Room: a layer takes what it needs with its first chunk, so only first chunks can find none. As
 * long as jobs have some, nothing more is taken from Kafka until one gives it back. If incomplete
 * snapshots have it all, the chunk's partition waits and the others go on; and if those snapshots'
 * chunks all stand behind ones that wait, the oldest of them gives way.
 */
public final class Intake {

  private final OpenSnapshots snapshots;
  private final KnownRuns runs;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final Function<Answer, CompletionStage<Void>> answers;
  private final Consumer<OwnedPartition> readAgain;
  private final Room room;

  /**
   * With nothing in it.
   *
   * @param assembler with the budget; this intake's alone
   * @param rememberedLayers how many layers are fenced
   * @param queue where jobs wait for workers
   * @param runs what is known of the runs
   * @param assemblyTimeout how long a snapshot may wait for its next chunk
   * @param nanoTime like {@link System#nanoTime}
   * @param answers publishes an answer and marks its records; ends when that is done
   * @param readAgain has a partition read again whose record was put off
   */
  public Intake(
      SnapshotAssembler assembler,
      int rememberedLayers,
      FairQueue queue,
      KnownRuns runs,
      Duration assemblyTimeout,
      LongSupplier nanoTime,
      Function<Answer, CompletionStage<Void>> answers,
      Consumer<OwnedPartition> readAgain) {
    this.snapshots = new OpenSnapshots(assembler, new Fence(rememberedLayers), queue, runs);
    this.runs = runs;
    this.timeout = assemblyTimeout;
    this.nanoTime = nanoTime;
    this.answers = answers;
    this.readAgain = readAgain;
    this.room = new Room(nanoTime);
  }

  /**
   * Takes a chunk in. The stage ends when the next record may come: this one has its place or was
   * put off, and what had to be answered at once is published. A chunk that does not say how it is
   * measured waits shortly for its run to be described.
   */
  public CompletionStage<Void> take(SnapshotChunk chunk, Receipt receipt) {
    receipt.owned().received(chunk.id());
    return chunk.estimator().isPresent()
        ? place(chunk, receipt)
        : runs.whenDescribed(chunk.id()).thenCompose(described -> place(chunk, receipt));
  }

  /** Puts a record aside that is no chunk. The stage ends when that is published. */
  public CompletionStage<Void> refuse(Receipt receipt, byte[] value, String reason) {
    return answers.apply(
        Answer.of(
            new DeadLetter(DeadLetter.Kind.UNREADABLE, receipt, value, reason),
            objection(receipt, reason)));
  }

  /** To the trainer of the run that the record's key names, if it names one. */
  private static Optional<Objection> objection(Receipt receipt, String reason) {
    String key = receipt.key() == null ? "" : receipt.key();
    int slash = key.indexOf('/');
    String run = slash < 0 ? key : key.substring(0, slash);
    if (!Names.isRun(run)) {
      return Optional.empty();
    }
    String layer = key.substring(slash + 1);
    String why = "a record of %s is no chunk of a snapshot: %s".formatted(receipt.topic(), reason);
    Refusal refusal =
        slash >= 0 && Names.isLayer(layer)
            ? Refusal.ofLayer(run, layer, Refusal.Service.SPECTRAL, why)
            : Refusal.ofRun(run, Refusal.Service.SPECTRAL, why);
    return Optional.of(
        new Objection(
            Objection.Kind.UNREADABLE,
            refusal.ofRecord(receipt.topic(), receipt.partition(), receipt.offset())));
  }

  /**
   * Gives a job's bytes back; to be called once for each job that was taken from the queue, when
   * its answer is published.
   */
  public void release(AnalysisJob job) {
    change(false, () -> snapshots.free(job));
  }

  /** Gives up what waited too long for its next chunk; to be called now and then. */
  public void expire() {
    List<Answer> given = new ArrayList<>();
    String why = "no chunk came for " + timeout.toMillis() + " ms";
    change(false, () -> given.addAll(snapshots.giveUp(this::isLate, why)));
    publish(given);
  }

  /** Forgets, without a word, what came from these partitions: their next owner gets it again. */
  public void revoke(Collection<Integer> partitions) {
    change(true, () -> snapshots.forget(partitions));
  }

  /** Bytes outside the heap of all layers. */
  public synchronized long bytesInMemory() {
    return snapshots.bytesInMemory();
  }

  /** How many snapshots are incomplete. */
  public synchronized int incompleteSnapshots() {
    return snapshots.incompleteCount();
  }

  /** Chunks so far that belonged to a snapshot which had its answer already. */
  public synchronized long leftovers() {
    return snapshots.leftovers();
  }

  private CompletionStage<Void> place(SnapshotChunk chunk, Receipt receipt) {
    List<Answer> given = new ArrayList<>();
    CompletableFuture<Boolean> mayTryAgain = new CompletableFuture<>();
    change(false, () -> place(chunk, receipt, given, mayTryAgain));
    return publish(given)
        .thenCompose(published -> mayTryAgain)
        .thenCompose(
            again -> again ? place(chunk, receipt) : CompletableFuture.completedStage(null));
  }

  private void place(
      SnapshotChunk chunk,
      Receipt receipt,
      List<Answer> given,
      CompletableFuture<Boolean> mayTryAgain) {
    switch (snapshots.place(chunk, receipt, nanoTime.getAsLong(), room::isPutOff, given)) {
      case DONE -> mayTryAgain.complete(false);
      case WAITS_FOR_A_JOB -> room.await(mayTryAgain);
      case WAITS_FOR_OTHER_PARTITIONS -> {
        receipt.owned().putOff(receipt.offset());
        room.putOff(receipt.owned());
        mayTryAgain.complete(false);
      }
    }
  }

  private boolean isLate(Incomplete snapshot) {
    return room.isLate(snapshot.newest().partition(), snapshot.lastNanos(), timeout);
  }

  /**
   * Changes something; if that makes room, those go on who wait for it, and in any case if told.
   */
  private void change(boolean always, Runnable change) {
    Runnable goOn = () -> {};
    synchronized (this) {
      long before = snapshots.bytesInMemory();
      change.run();
      if (always || snapshots.bytesInMemory() < before) {
        goOn = room.open(readAgain);
      }
    }
    goOn.run();
  }

  private CompletionStage<Void> publish(List<Answer> given) {
    CompletableFuture<?>[] all =
        given.stream()
            .map(answer -> answers.apply(answer).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(all);
  }
}
