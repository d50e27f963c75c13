package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.EstimatorSpec;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.work.AnalysisJob;
import io.isotherm.spectral.work.FairQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Turns chunks into jobs, and decides what is answered where no job comes of it. Safe for use by
 * many threads; nothing in it waits.
 *
 * <p>Room: a snapshot takes its bytes from the budget with its first chunk, so only first chunks
 * can find none. Then nothing more is taken from Kafka until a job gives bytes back. If no job has
 * any, incomplete snapshots have them all, and they would wait for ever for chunks that stand
 * behind the waiting one: the oldest of them gives way.
 */
public final class Intake {

  private final SnapshotAssembler assembler;
  private final Fence fence;
  private final FairQueue queue;
  private final Duration timeout;
  private final long timeoutNanos;
  private final LongSupplier nanoTime;
  private final Function<Answer, CompletionStage<Void>> answers;

  private final Map<SnapshotId, Incomplete> incomplete = new LinkedHashMap<>();
  private final Set<Integer> revoked = new HashSet<>();
  private final List<CompletableFuture<Void>> waitingForRoom = new ArrayList<>();
  private int unreleasedJobs;
  private long resumedNanos;
  private long leftovers;

  /**
   * With nothing in it.
   *
   * @param assembler with the budget; this intake's alone
   * @param rememberedLayers how many layers are fenced
   * @param queue where jobs wait for workers
   * @param assemblyTimeout how long a snapshot may wait for its next chunk
   * @param nanoTime like {@link System#nanoTime}
   * @param answers publishes an answer and acknowledges its records; ends when that is done
   */
  public Intake(
      SnapshotAssembler assembler,
      int rememberedLayers,
      FairQueue queue,
      Duration assemblyTimeout,
      LongSupplier nanoTime,
      Function<Answer, CompletionStage<Void>> answers) {
    this.assembler = assembler;
    this.fence = new Fence(rememberedLayers);
    this.queue = queue;
    this.timeout = assemblyTimeout;
    this.timeoutNanos = assemblyTimeout.toNanos();
    this.nanoTime = nanoTime;
    this.answers = answers;
    this.resumedNanos = nanoTime.getAsLong();
  }

  /**
   * Takes a chunk in. The stage ends when the next record may come: there was room for this one,
   * and what had to be answered at once is published.
   */
  public CompletionStage<Void> take(SnapshotChunk chunk, Receipt receipt) {
    List<Answer> given = new ArrayList<>();
    Optional<CompletableFuture<Void>> room;
    synchronized (this) {
      room = place(chunk, receipt, given);
    }
    CompletionStage<Void> published = publish(given);
    return room.isEmpty()
        ? published
        : published.thenCompose(x -> room.get()).thenCompose(x -> take(chunk, receipt));
  }

  /** Puts a record aside that is no chunk. The stage ends when that is published. */
  public CompletionStage<Void> refuse(Receipt receipt, byte[] value, String reason) {
    return answers.apply(
        Answer.of(new DeadLetter(DeadLetter.Kind.UNREADABLE, receipt, value, reason)));
  }

  /** Gives a job's bytes back; to be called once for each job that was taken from the queue. */
  public void release(AnalysisJob job) {
    wake(
        () -> {
          assembler.release(job.complete());
          unreleasedJobs--;
        });
  }

  /** Gives up what waited too long for its next chunk; to be called now and then. */
  public void expire() {
    List<Answer> given = new ArrayList<>();
    synchronized (this) {
      long now = nanoTime.getAsLong();
      // Chunks that stand behind one that waits for room are not late.
      if (waitingForRoom.isEmpty() && now - resumedNanos >= timeoutNanos) {
        List<SnapshotId> late =
            incomplete.entrySet().stream()
                .filter(entry -> now - entry.getValue().lastNanos() >= timeoutNanos)
                .map(Map.Entry::getKey)
                .toList();
        for (SnapshotId id : late) {
          given.add(giveUp(id, "no chunk came for " + timeout.toMillis() + " ms"));
        }
      }
    }
    publish(given);
  }

  /** Forgets, without a word, what came from these partitions: their next owner gets it again. */
  public void revoke(Collection<Integer> partitions) {
    wake(
        () -> {
          revoked.addAll(partitions);
          Iterator<Map.Entry<SnapshotId, Incomplete>> all = incomplete.entrySet().iterator();
          while (all.hasNext()) {
            Map.Entry<SnapshotId, Incomplete> entry = all.next();
            if (partitions.stream().anyMatch(entry.getValue()::isFrom)) {
              assembler.discard(entry.getKey());
              all.remove();
            }
          }
          for (AnalysisJob job : queue.removeFrom(partitions)) {
            assembler.release(job.complete());
            unreleasedJobs--;
          }
        });
  }

  /** Takes chunks from these partitions again. */
  public synchronized void assign(Collection<Integer> partitions) {
    revoked.removeAll(partitions);
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

  /** Finds a place for the chunk, or says what to wait for. */
  private Optional<CompletableFuture<Void>> place(
      SnapshotChunk chunk, Receipt receipt, List<Answer> given) {
    SnapshotId id = chunk.id();
    while (!revoked.contains(receipt.partition())) {
      Optional<SnapshotId> newer = fence.newerThan(id);
      if (newer.isPresent()) {
        supersede(chunk, receipt, newer.get(), given);
        return Optional.empty();
      }
      AssemblyResult result = assembler.accept(chunk);
      if (result instanceof AssemblyResult.Abandoned abandoned) {
        given.add(giveWay(abandoned.older(), id));
      } else if (result instanceof AssemblyResult.NoRoom) {
        if (unreleasedJobs > 0) {
          CompletableFuture<Void> room = new CompletableFuture<>();
          waitingForRoom.add(room);
          return Optional.of(room);
        }
        given.add(
            giveUp(
                incomplete.keySet().iterator().next(),
                "the assembly budget was full of incomplete snapshots and this was the oldest"));
      } else {
        settle(result, chunk, receipt, given);
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  private void settle(
      AssemblyResult result, SnapshotChunk chunk, Receipt receipt, List<Answer> given) {
    if (result instanceof AssemblyResult.Incomplete) {
      remember(chunk, receipt);
    } else if (result instanceof AssemblyResult.Outdated outdated) {
      supersede(chunk, receipt, outdated.newer(), given);
    } else if (result instanceof AssemblyResult.Refused refused) {
      refuse(chunk, receipt, refused.reason(), given);
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
      given.add(failed(id, chunk.estimator(), receipts, DeadLetter.Kind.MALFORMED, chunk, reason));
      return;
    }
    fence.advance(id);
    AnalysisJob job = new AnalysisJob(complete, tensor, receipts);
    unreleasedJobs++;
    queue
        .offer(job)
        .ifPresent(
            older -> {
              assembler.release(older.complete());
              unreleasedJobs--;
              given.add(overtaken(older, job));
            });
  }

  /** Of a snapshot that came twice, only the records are done: its outcome is still to come. */
  private static Answer overtaken(AnalysisJob older, AnalysisJob newer) {
    return older.id().equals(newer.id())
        ? new Answer(Optional.empty(), Optional.empty(), older.receipts())
        : Answer.of(older.outcome(supersededBy(newer.id())), older.receipts());
  }

  private void supersede(
      SnapshotChunk chunk, Receipt receipt, SnapshotId newer, List<Answer> given) {
    if (chunk.index() > 0) {
      leftOver(receipt, given);
      return;
    }
    fence.answered(chunk.id());
    given.add(
        Answer.of(
            new LayerOutcome(
                chunk.id(), chunk.estimator().orElse(EstimatorSpec.DEFAULT), supersededBy(newer)),
            List.of(receipt)));
  }

  private void refuse(SnapshotChunk chunk, Receipt receipt, String reason, List<Answer> given) {
    Incomplete before = incomplete.remove(chunk.id());
    if (before == null && chunk.index() > 0 && fence.isAnswered(chunk.id())) {
      leftOver(receipt, given);
      return;
    }
    List<Receipt> receipts = new ArrayList<>(before == null ? List.of() : before.receipts());
    receipts.add(receipt);
    fence.answered(chunk.id());
    given.add(
        failed(chunk.id(), chunk.estimator(), receipts, DeadLetter.Kind.REFUSED, chunk, reason));
  }

  private void leftOver(Receipt receipt, List<Answer> given) {
    leftovers++;
    given.add(new Answer(Optional.empty(), Optional.empty(), List.of(receipt)));
  }

  /** A failed layer; the record of its last chunk is put aside. */
  private static Answer failed(
      SnapshotId id,
      Optional<EstimatorSpec> estimator,
      List<Receipt> receipts,
      DeadLetter.Kind kind,
      SnapshotChunk last,
      String reason) {
    Receipt receipt = receipts.get(receipts.size() - 1);
    return new Answer(
        Optional.of(
            new LayerOutcome(
                id, estimator.orElse(EstimatorSpec.DEFAULT), new Outcome.Failed(reason))),
        Optional.of(new DeadLetter(kind, receipt, last.payload(), reason)),
        receipts);
  }

  /** The older snapshot's end, whose place in the assembler is already free. */
  private Answer giveWay(SnapshotId older, SnapshotId newer) {
    return end(older, supersededBy(newer), "a newer one began: " + newer);
  }

  private Answer giveUp(SnapshotId id, String why) {
    assembler.discard(id);
    String reason = "%s is incomplete: %s, %s".formatted(id, incomplete.get(id).progress(), why);
    return end(id, new Outcome.Failed(reason), why);
  }

  private Answer end(SnapshotId id, Outcome outcome, String why) {
    Incomplete known = incomplete.remove(id);
    fence.answered(id);
    String reason =
        "%s is incomplete: %s, %s; the bytes are not kept".formatted(id, known.progress(), why);
    return new Answer(
        Optional.of(new LayerOutcome(id, known.estimator(), outcome)),
        Optional.of(new DeadLetter(DeadLetter.Kind.INCOMPLETE, known.newest(), null, reason)),
        known.receipts());
  }

  private static Outcome supersededBy(SnapshotId newer) {
    return new Outcome.Superseded(newer.incarnation(), newer.step());
  }

  /** Changes something that may make room, then lets those go on who wait for it. */
  private void wake(Runnable change) {
    List<CompletableFuture<Void>> waiting;
    synchronized (this) {
      change.run();
      waiting = List.copyOf(waitingForRoom);
      waitingForRoom.clear();
      if (!waiting.isEmpty()) {
        resumedNanos = nanoTime.getAsLong();
      }
    }
    waiting.forEach(room -> room.complete(null));
  }

  private CompletionStage<Void> publish(List<Answer> given) {
    CompletableFuture<?>[] all =
        given.stream()
            .map(answer -> answers.apply(answer).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    return CompletableFuture.allOf(all);
  }
}
