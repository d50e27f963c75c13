package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensor;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Objection;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.assembly.AssemblyResult;
import io.isotherm.spectral.assembly.SnapshotAssembler;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.runs.Comparison;
import io.isotherm.spectral.runs.KnownRuns;
import io.isotherm.spectral.work.AnalysisJob;
import io.isotherm.spectral.work.FairQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * Snapshots from their first chunk until they are a job that is done, or have another answer. For
 * one thread at a time.
 */
final class OpenSnapshots {

  /** What became of a chunk. */
  enum Placement {
    /** It is kept, answered or passed over. */
    DONE,
    /** It waits for a job to give back what it holds. */
    WAITS_FOR_A_JOB,
    /** It waits for snapshots of other partitions to be complete. */
    WAITS_FOR_OTHER_PARTITIONS
  }

  private final SnapshotAssembler assembler;
  private final Fence fence;
  private final FairQueue queue;
  private final KnownRuns runs;
  private final SnapshotAnswers answers;
  private final Map<SnapshotId, Incomplete> incomplete = new LinkedHashMap<>();
  private int unreleasedJobs;
  private long leftovers;

  OpenSnapshots(SnapshotAssembler assembler, Fence fence, FairQueue queue, KnownRuns runs) {
    this.assembler = assembler;
    this.fence = fence;
    this.queue = queue;
    this.runs = runs;
    this.answers = new SnapshotAnswers(runs);
  }

  /**
   * Finds a place for a chunk.
   *
   * @param nowNanos when it came
   * @param isPutOff whether nothing is taken of a partition at the moment
   * @param given takes what has to be answered at once
   */
  Placement place(
      SnapshotChunk chunk,
      Receipt receipt,
      long nowNanos,
      IntPredicate isPutOff,
      List<Answer> given) {
    SnapshotId id = chunk.id();
    while (receipt.owned().isOwned()) {
      if (isLeftover(chunk, receipt)) {
        given.add(passOver(receipt));
        return Placement.DONE;
      }
      Optional<SnapshotId> newer = fence.newerThan(id);
      if (newer.isPresent()) {
        given.add(supersede(chunk, receipt, newer.get()));
        return Placement.DONE;
      }
      AssemblyResult result = assembler.accept(chunk);
      if (result instanceof AssemblyResult.Abandoned abandoned) {
        SnapshotId older = abandoned.older();
        fence.answered(older, receipt.owned());
        given.add(answers.abandoned(older, incomplete.remove(older), abandoned.progress(), id));
      } else if (result instanceof AssemblyResult.NoRoom) {
        if (unreleasedJobs > 0) {
          return Placement.WAITS_FOR_A_JOB;
        }
        if (othersCanGoOn(receipt.partition(), isPutOff)) {
          return Placement.WAITS_FOR_OTHER_PARTITIONS;
        }
        given.add(
            giveUp(
                incomplete.keySet().iterator().next(),
                "the memory was full of incomplete snapshots and this was the oldest"));
      } else {
        settle(result, chunk, receipt, nowNanos, given);
        return Placement.DONE;
      }
    }
    return Placement.DONE;
  }

  /** Gives up the incomplete snapshots that a condition holds for. */
  List<Answer> giveUp(Predicate<Incomplete> condition, String why) {
    List<SnapshotId> all =
        incomplete.entrySet().stream()
            .filter(entry -> condition.test(entry.getValue()))
            .map(Map.Entry::getKey)
            .toList();
    return all.stream().map(id -> giveUp(id, why)).toList();
  }

  /** Forgets, without a word, what came from these partitions and is no job in work. */
  void forget(Collection<Integer> partitions) {
    Iterator<Map.Entry<SnapshotId, Incomplete>> all = incomplete.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<SnapshotId, Incomplete> entry = all.next();
      if (partitions.contains(entry.getValue().newest().partition())) {
        assembler.discard(entry.getKey());
        all.remove();
      }
    }
    queue.removeFrom(partitions).forEach(this::free);
  }

  /** Gives back what a job held. */
  void free(AnalysisJob job) {
    assembler.release(job.complete());
    unreleasedJobs--;
  }

  long bytesInMemory() {
    return assembler.usedBytes();
  }

  int incompleteCount() {
    return incomplete.size();
  }

  long leftovers() {
    return leftovers;
  }

  /**
   * Whether the chunk's snapshot has its answer already. A snapshot that comes as it is, and comes
   * once more, is answered once more; of one in shards that is not to be told from a shard that
   * comes late.
   */
  private boolean isLeftover(SnapshotChunk chunk, Receipt receipt) {
    OwnedPartition owned = receipt.owned();
    return chunk.shard().isPresent()
        ? fence.isAnswered(chunk.id(), owned) || owned.wasAnswered(chunk.id())
        : owned.wasAnswered(chunk.id(), receipt.offset());
  }

  /** Whether a partition of which chunks are taken has some of an incomplete snapshot. */
  private boolean othersCanGoOn(int partition, IntPredicate isPutOff) {
    return incomplete.values().stream()
        .map(snapshot -> snapshot.newest().partition())
        .anyMatch(other -> other != partition && !isPutOff.test(other));
  }

  private void settle(
      AssemblyResult result,
      SnapshotChunk chunk,
      Receipt receipt,
      long nowNanos,
      List<Answer> given) {
    if (result instanceof AssemblyResult.Incomplete) {
      remember(chunk, receipt, nowNanos);
    } else if (result instanceof AssemblyResult.Outdated outdated) {
      given.add(supersede(chunk, receipt, outdated.newer()));
    } else if (result instanceof AssemblyResult.Refused refused) {
      given.add(fail(chunk, receipt, refused.reason()));
    } else if (result instanceof AssemblyResult.Complete complete) {
      remember(chunk, receipt, nowNanos);
      finish(complete, chunk).ifPresent(given::add);
    }
  }

  private void remember(SnapshotChunk chunk, Receipt receipt, long nowNanos) {
    incomplete.computeIfAbsent(chunk.id(), id -> new Incomplete(chunk)).add(receipt, nowNanos);
  }

  private Optional<Answer> finish(AssemblyResult.Complete complete, SnapshotChunk last) {
    SnapshotId id = complete.id();
    List<Receipt> receipts = incomplete.remove(id).receipts();
    fence.answered(id, receipts.get(0).owned());
    SafeTensor tensor;
    try {
      tensor = SafeTensors.read(complete.document());
    } catch (MalformedSafetensorsException e) {
      assembler.release(complete);
      String reason = "%s is no safetensors document: %s".formatted(id, e.getMessage());
      return Optional.of(
          answers.failed(
              last, receipts, DeadLetter.Kind.MALFORMED, Objection.Kind.MALFORMED, reason));
    }
    fence.advance(id);
    Comparison comparison = runs.compare(id, tensor);
    if (comparison instanceof Comparison.Contradiction contradiction) {
      assembler.release(complete);
      return Optional.of(answers.contradicted(last, receipts, contradiction.reason()));
    }
    if (comparison instanceof Comparison.Unmeasurable unmeasurable) {
      assembler.release(complete);
      return Optional.of(answers.skipped(last, receipts, unmeasurable.reason()));
    }
    AnalysisJob job =
        new AnalysisJob(complete, tensor, runs.estimator(id, complete.estimator()), receipts);
    unreleasedJobs++;
    Optional<AnalysisJob> older = queue.offer(job);
    older.ifPresent(this::free);
    return older.map(replaced -> answers.replaced(replaced, job));
  }

  private Answer supersede(SnapshotChunk chunk, Receipt receipt, SnapshotId newer) {
    if (chunk.index() > 0) {
      return passOver(receipt);
    }
    fence.answered(chunk.id(), receipt.owned());
    return answers.outdated(chunk, receipt, newer);
  }

  private Answer fail(SnapshotChunk chunk, Receipt receipt, String reason) {
    SnapshotId id = chunk.id();
    Incomplete before = incomplete.remove(id);
    boolean isRest = fence.isAnswered(id, receipt.owned()) || receipt.owned().isRestOfAnswered(id);
    if (before == null && chunk.index() > 0 && isRest) {
      return passOver(receipt);
    }
    List<Receipt> receipts = new ArrayList<>(before == null ? List.of() : before.receipts());
    receipts.add(receipt);
    fence.answered(id, receipt.owned());
    return answers.failed(chunk, receipts, DeadLetter.Kind.REFUSED, Objection.Kind.REFUSED, reason);
  }

  private Answer passOver(Receipt receipt) {
    leftovers++;
    return Answer.ofNothing(List.of(receipt));
  }

  private Answer giveUp(SnapshotId id, String why) {
    String progress = assembler.progress(id);
    assembler.discard(id);
    Incomplete known = incomplete.remove(id);
    fence.answered(id, known.newest().owned());
    return answers.givenUp(id, known, progress, why);
  }
}
