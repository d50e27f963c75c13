package io.isotherm.spectral.intake;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.solvers.NativeBlock;
import io.isotherm.solvers.memory.MemoryBudget;
import io.isotherm.solvers.memory.MemoryNeed;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.zip.CRC32C;

/**
 * Puts chunks together, outside the heap and under a budget. What a layer needs, its solver's
 * workspace included, is taken from the budget when its first chunk comes, after the document was
 * checked against the bound on one: later chunks of a snapshot that was begun never wait for room,
 * and neither does its analysis.
 *
 * <p>The chunks of a layer must come in order, as they do from one Kafka partition. Chunk 0 of a
 * snapshot that is being put together starts it again, and the chunk that came last may come twice:
 * both happen when records are delivered again. At most one snapshot of a layer is incomplete at a
 * time, the newest.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotAssembler {

  private final long maxDocumentBytes;
  private final MemoryBudget budget;
  private final Function<SnapshotChunk, MemoryNeed> needs;
  private final IntFunction<NativeBlock> memory;
  private final Map<String, Partial> partials = new HashMap<>();
  private final IdentityHashMap<AssemblyResult.Complete, Reserved> unreleased =
      new IdentityHashMap<>();

  /**
   * With nothing in it.
   *
   * @param maxDocumentBytes largest document that is accepted, less than 2 GiB
   * @param budget of all layers, those that are complete but not yet released included; this
   *     assembler's alone
   * @param needs what a layer will need in all, from its first chunk
   * @param memory gives blocks of a number of bytes, or throws an {@link OutOfMemoryError}
   */
  public SnapshotAssembler(
      long maxDocumentBytes,
      MemoryBudget budget,
      Function<SnapshotChunk, MemoryNeed> needs,
      IntFunction<NativeBlock> memory) {
    Checks.requirePositive("maxDocumentBytes", maxDocumentBytes);
    if (maxDocumentBytes > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "maxDocumentBytes must be less than 2 GiB, got: " + maxDocumentBytes);
    }
    this.maxDocumentBytes = maxDocumentBytes;
    this.budget = budget;
    this.needs = needs;
    this.memory = memory;
  }

  /** Takes the next chunk, or says why not. The payload is copied. */
  public AssemblyResult accept(SnapshotChunk chunk) {
    Partial partial = partials.get(chunk.id().key());
    if (partial != null && !partial.first.id().equals(chunk.id())) {
      if (partial.first.id().isNewerThan(chunk.id())) {
        return new AssemblyResult.Outdated(partial.first.id());
      }
      if (chunk.index() == 0) {
        discard(partial.first.id());
        return new AssemblyResult.Abandoned(partial.first.id());
      }
      partial = null;
    }
    if (chunk.index() == 0) {
      discard(chunk.id());
      Optional<AssemblyResult> noPlace = reserve(chunk);
      if (noPlace.isPresent()) {
        return noPlace.get();
      }
      partial = partials.get(chunk.id().key());
    }
    if (partial == null) {
      return new AssemblyResult.Refused(
          "chunk %d of %s came without the chunks before it".formatted(chunk.index(), chunk.id()));
    }
    return append(partial, chunk);
  }

  /** Takes what the layer of a first chunk needs, or says why not. */
  private Optional<AssemblyResult> reserve(SnapshotChunk chunk) {
    if (chunk.totalBytes() > maxDocumentBytes) {
      return Optional.of(
          new AssemblyResult.Refused(
              "totalBytes of %s must be at most %d, got: %d; isotherm.spectral.max-document sets"
                      .formatted(chunk.id(), maxDocumentBytes, chunk.totalBytes())
                  + " that, up to 2047M: a layer of 2 GiB or more is not analysed, send it in 16"
                  + " bits"));
    }
    MemoryNeed need = needs.apply(chunk);
    Optional<String> refusal = budget.refusal(need);
    if (refusal.isPresent()) {
      return Optional.of(new AssemblyResult.Refused(chunk.id() + " " + refusal.get()));
    }
    if (!budget.tryTake(need)) {
      return Optional.of(new AssemblyResult.NoRoom(budget.missingBytes(need)));
    }
    try {
      NativeBlock document = memory.apply(Math.toIntExact(chunk.totalBytes()));
      partials.put(chunk.id().key(), new Partial(chunk, new Reserved(need, document)));
      return Optional.empty();
    } catch (OutOfMemoryError e) {
      budget.giveBack(need);
      return Optional.of(
          new AssemblyResult.Refused(
              "%s needs %d bytes of memory, which the system does not have: %s; give the machine"
                      .formatted(chunk.id(), chunk.totalBytes(), e.getMessage())
                  + " more, or set isotherm.spectral.memory to less than there is"));
    }
  }

  private AssemblyResult append(Partial partial, SnapshotChunk chunk) {
    Optional<String> disagreement = partial.disagreement(chunk);
    if (disagreement.isPresent()) {
      discard(chunk.id());
      return new AssemblyResult.Refused(disagreement.get());
    }
    if (chunk.index() == partial.next - 1) {
      return new AssemblyResult.Incomplete();
    }
    if (chunk.index() != partial.next) {
      discard(chunk.id());
      return new AssemblyResult.Refused(
          "chunk %d of %s was due, got: %d".formatted(partial.next, chunk.id(), chunk.index()));
    }
    partial.append(chunk.payload());
    if (partial.next < chunk.count()) {
      return new AssemblyResult.Incomplete();
    }
    if (partial.crc.getValue() != chunk.crc32c()) {
      discard(chunk.id());
      return new AssemblyResult.Refused(
          "CRC-32C of the bytes of %s must be %d, got: %d"
              .formatted(chunk.id(), chunk.crc32c(), partial.crc.getValue()));
    }
    partials.remove(chunk.id().key());
    AssemblyResult.Complete complete =
        new AssemblyResult.Complete(chunk.id(), chunk.estimator(), partial.document.flip());
    unreleased.put(complete, partial.reserved);
    return complete;
  }

  /**
   * Gives back what a complete snapshot's layer needed; to be called once for each, when nobody
   * reads the document any more.
   */
  public void release(AssemblyResult.Complete complete) {
    Reserved reserved = unreleased.remove(complete);
    if (reserved == null) {
      throw new IllegalStateException(
          "%d bytes of %s released, but they are not in use"
              .formatted(complete.document().capacity(), complete.id()));
    }
    giveBack(reserved);
  }

  /** Drops what there is of an incomplete snapshot; says whether there was anything. */
  public boolean discard(SnapshotId id) {
    Partial partial = partials.get(id.key());
    if (partial == null || !partial.first.id().equals(id)) {
      return false;
    }
    partials.remove(id.key());
    giveBack(partial.reserved);
    return true;
  }

  private void giveBack(Reserved reserved) {
    reserved.document().close();
    budget.giveBack(reserved.need());
  }

  /** Bytes outside the heap of all layers, incomplete or not yet released. */
  public long usedBytes() {
    return budget.usedBytes();
  }

  /** How many snapshots are incomplete. */
  public int incompleteCount() {
    return partials.size();
  }

  /** What a layer was given. */
  private record Reserved(MemoryNeed need, NativeBlock document) {}

  /** A snapshot of which not all chunks are here. */
  private static final class Partial {
    private final Claims first;
    private final Reserved reserved;
    private final ByteBuffer document;
    private final CRC32C crc = new CRC32C();
    private int next;

    Partial(SnapshotChunk chunk, Reserved reserved) {
      this.first = Claims.of(chunk);
      this.reserved = reserved;
      this.document = reserved.document().buffer();
    }

    void append(byte[] payload) {
      document.put(payload);
      crc.update(payload);
      next++;
    }

    /** What {@code chunk} says of its snapshot that the first one did not, if anything. */
    Optional<String> disagreement(SnapshotChunk chunk) {
      Claims claims = Claims.of(chunk);
      return claims.equals(first)
          ? Optional.empty()
          : Optional.of(
              "chunk %d of %s must agree with the first chunk's %s, got: %s"
                  .formatted(chunk.index(), chunk.id(), first, claims));
    }
  }

  /** What all chunks of a snapshot say alike; the count of chunks follows from the bytes. */
  private record Claims(
      SnapshotId id, long totalBytes, long crc32c, Optional<EstimatorSpec> estimator) {
    static Claims of(SnapshotChunk chunk) {
      return new Claims(chunk.id(), chunk.totalBytes(), chunk.crc32c(), chunk.estimator());
    }

    @Override
    public String toString() {
      return "totalBytes %d, crc32c %d, %s"
          .formatted(
              totalBytes, crc32c, estimator.map(Object::toString).orElse("default estimator"));
    }
  }
}
