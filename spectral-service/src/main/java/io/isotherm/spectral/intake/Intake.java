package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.work.AnalysisJob;
import io.isotherm.spectral.work.FairQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Turns chunks into jobs, and decides what is answered where no job comes of it. Safe for use by
 * many threads; nothing in it waits.
 *
 * <p>Room: a layer takes what it needs with its first chunk, so only first chunks can find none. As
 * long as jobs have some, nothing more is taken from Kafka until one gives it back. If incomplete
 * snapshots have it all, the chunk's partition waits and the others go on; and if those snapshots'
 * chunks all stand behind ones that wait, the oldest of them gives way.
 */
public final class Intake {

  private final SnapshotAssembler assembler;
  private final Fence fence;
  private final FairQueue queue;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final Function<Answer, CompletionStage<Void>> answers;
  private final Consumer<OwnedPartition> readAgain;
  private final Room room;

  private final Map<SnapshotId, Incomplete> incomplete = new LinkedHashMap<>();
  private int unreleasedJobs;
  private long leftovers;

  /**
   * With nothing in it.
   *
   * @param assembler with the budget; this intake's alone
   * @param rememberedLayers how many layers are fenced
   * @param queue where jobs wait for workers
   * @param assemblyTimeout how long a snapshot may wait for its next chunk
   * @param nanoTime like {@link System#nanoTime}
   * @param answers publishes an answer and marks its records; ends when that is done
   * @param readAgain has a partition read again whose record was put off
   */
  public Intake(
      SnapshotAssembler assembler,
      int rememberedLayers,
      FairQueue queue,
      Duration assemblyTimeout,
      LongSupplier nanoTime,
      Function<Answer, CompletionStage<Void>> answers,
      Consumer<OwnedPartition> readAgain) {
    this.assembler = assembler;
    this.fence = new Fence(rememberedLayers);
    this.queue = queue;
    this.timeout = assemblyTimeout;
    this.nanoTime = nanoTime;
    this.answers = answers;
    this.readAgain = readAgain;
    this.room = new Room(nanoTime);
  }

  /**
   * Takes a chunk in. The stage ends when the next record may come: there was room for this one,
   * and what had to be answered at once is published.
   */
  public CompletionStage<Void> take(SnapshotChunk chunk, Receipt receipt) {
    receipt.owned().received(chunk.id());
    return place(chunk, receipt);
  }

  /** Puts a record aside that is no chunk. The stage ends when that is published. */
  public CompletionStage<Void> refuse(Receipt receipt, byte[] value, String reason) {
    return answers.apply(
        Answer.of(new DeadLetter(DeadLetter.Kind.UNREADABLE, receipt, value, reason)));
  }

  /**
   * Gives a job's bytes back; to be called once for each job that was taken from the queue, when
   * its answer is published.
   */
  public void release(AnalysisJob job) {
    wake(false, () -> free(job));
  }

  /** Gives up what waited too long for its next chunk; to be called now and then. */
  public void expire() {
    List<Answer> given = new ArrayList<>();
    wake(
        false,
        () ->
            incomplete.entrySet().stream()
                .filter(entry -> isLate(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList()
                .forEach(
                    id ->
                        given.add(giveUp(id, "no chunk came for " + timeout.toMillis() + " ms"))));
    publish(given);
  }

  private boolean isLate(Incomplete snapshot) {
    return room.isLate(snapshot.newest().partition(), snapshot.lastNanos(), timeout);
  }

  /** Forgets, without a word, what came from these partitions: their next owner gets it again. */
  public void revoke(Collection<Integer> partitions) {
    wake(
        true,
        () -> {
          Iterator<Map.Entry<SnapshotId, Incomplete>> all = incomplete.entrySet().iterator();
          while (all.hasNext()) {
            Map.Entry<SnapshotId, Incomplete> entry = all.next();
            if (partitions.stream().anyMatch(entry.getValue()::isFrom)) {
              assembler.discard(entry.getKey());
              all.remove();
            }
          }
          queue.removeFrom(partitions).forEach(this::free);
        });
  }

  /** Bytes of all snapshots in memory. */
  public synchronized long bytesInMemory() {
    return assembler.usedBytes();
  }

  /** How many snapshots are incomplete. */
  public synchronized int incompleteSnapshots() {
    return incomplete.size();
  }

  /** Chunks so far that belonged to a snapshot which had its answer already. */
  public synchronized long leftovers() {
    return leftovers;
  }

  private CompletionStage<Void> place(SnapshotChunk chunk, Receipt receipt) {
    List<Answer> given = new ArrayList<>();
    List<CompletableFuture<Void>> wait = new ArrayList<>();
    wake(false, () -> tryToPlace(chunk, receipt, given).ifPresent(wait::add));
    CompletionStage<Void> published = publish(given);
    return wait.isEmpty()
        ? published
        : published.thenCompose(x -> wait.get(0)).thenCompose(x -> place(chunk, receipt));
  }

  /** Finds a place for the chunk, or says what to wait for. */
  private Optional<CompletableFuture<Void>> tryToPlace(
      SnapshotChunk chunk, Receipt receipt, List<Answer> given) {
    SnapshotId id = chunk.id();
    while (receipt.owned().isOwned()) {
      if (receipt.owned().wasAnswered(id, receipt.offset())) {
        passOver(receipt, given);
        return Optional.empty();
      }
      Optional<SnapshotId> newer = fence.newerThan(id);
      if (newer.isPresent()) {
        supersede(chunk, receipt, newer.get(), given);
        return Optional.empty();
      }
      AssemblyResult result = assembler.accept(chunk);
      if (result instanceof AssemblyResult.Abandoned abandoned) {
        SnapshotId older = abandoned.older();
        fence.answered(older);
        given.add(SnapshotAnswers.abandoned(older, incomplete.remove(older), id));
      } else if (result instanceof AssemblyResult.NoRoom) {
        if (unreleasedJobs > 0) {
          return Optional.of(room.await());
        }
        if (othersCanGoOn(receipt.partition())) {
          receipt.owned().putOff(receipt.offset());
          room.putOff(receipt.owned());
          return Optional.empty();
        }
        given.add(
            giveUp(
                incomplete.keySet().iterator().next(),
                "the memory was full of incomplete snapshots and this was the oldest"));
      } else {
        settle(result, chunk, receipt, given);
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether a partition of which chunks are taken has some of an incomplete snapshot. */
  private boolean othersCanGoOn(int partition) {
    return incomplete.values().stream()
        .map(Incomplete::newest)
        .map(Receipt::partition)
        .anyMatch(other -> other != partition && !room.isPutOff(other));
  }

  private void settle(
      AssemblyResult result, SnapshotChunk chunk, Receipt receipt, List<Answer> given) {
    if (result instanceof AssemblyResult.Incomplete) {
      remember(chunk, receipt);
    } else if (result instanceof AssemblyResult.Outdated outdated) {
      supersede(chunk, receipt, outdated.newer(), given);
    } else if (result instanceof AssemblyResult.Refused refused) {
      fail(chunk, receipt, refused.reason(), given);
    } else if (result instanceof AssemblyResult.Complete complete) {
      finish(complete, chunk, receipt, given);
    }
  }

  private void remember(SnapshotChunk chunk, Receipt receipt) {
    incomplete
        .computeIfAbsent(chunk.id(), id -> new Incomplete(chunk))
        .add(chunk, receipt, nanoTime.getAsLong());
  }

  private void finish(
      AssemblyResult.Complete complete, SnapshotChunk chunk, Receipt receipt, List<Answer> given) {
    SnapshotId id = chunk.id();
    remember(chunk, receipt);
    List<Receipt> receipts = incomplete.remove(id).receipts();
    fence.answered(id);
    SafeTensor tensor;
    try {
      tensor = SafeTensors.read(complete.document());
    } catch (MalformedSafetensorsException e) {
      assembler.release(complete);
      String reason = "%s is no safetensors document: %s".formatted(id, e.getMessage());
      given.add(SnapshotAnswers.failed(chunk, receipts, DeadLetter.Kind.MALFORMED, reason));
      return;
    }
    fence.advance(id);
    AnalysisJob job = new AnalysisJob(complete, tensor, receipts);
    unreleasedJobs++;
    queue
        .offer(job)
        .ifPresent(
            older -> {
              free(older);
              given.add(SnapshotAnswers.replaced(older, job));
            });
  }

  private void supersede(
      SnapshotChunk chunk, Receipt receipt, SnapshotId newer, List<Answer> given) {
    if (chunk.index() > 0) {
      passOver(receipt, given);
      return;
    }
    fence.answered(chunk.id());
    given.add(SnapshotAnswers.outdated(chunk, receipt, newer));
  }

  private void fail(SnapshotChunk chunk, Receipt receipt, String reason, List<Answer> given) {
    SnapshotId id = chunk.id();
    Incomplete before = incomplete.remove(id);
    boolean isRest = fence.isAnswered(id) || receipt.owned().isRestOfAnswered(id);
    if (before == null && chunk.index() > 0 && isRest) {
      passOver(receipt, given);
      return;
    }
    List<Receipt> receipts = new ArrayList<>(before == null ? List.of() : before.receipts());
    receipts.add(receipt);
    fence.answered(id);
    given.add(SnapshotAnswers.failed(chunk, receipts, DeadLetter.Kind.REFUSED, reason));
  }

  private void passOver(Receipt receipt, List<Answer> given) {
    leftovers++;
    given.add(Answer.ofNothing(List.of(receipt)));
  }

  private Answer giveUp(SnapshotId id, String why) {
    assembler.discard(id);
    fence.answered(id);
    return SnapshotAnswers.givenUp(id, incomplete.remove(id), why);
  }

  private void free(AnalysisJob job) {
    assembler.release(job.complete());
    unreleasedJobs--;
  }

  /**
   * Changes something; if that makes room, those go on who wait for it, and in any case if told.
   */
  private void wake(boolean always, Runnable change) {
    Runnable goOn = () -> {};
    synchronized (this) {
      long before = assembler.usedBytes();
      change.run();
      if (always || assembler.usedBytes() < before) {
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
