package io.isotherm.spectral.assembly;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.safetensors.MalformedSafetensorsException;
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

/**
 * Puts chunks together, outside the heap and under a budget. What a layer needs, its solver's
 * workspace included, is taken from the budget when its first chunk comes, after the document was
 * checked against the bound on one: later chunks of a snapshot that was begun never wait for room,
 * and neither does its analysis.
 *
 * <p>The chunks of a document must come in order, as they do from one Kafka partition. Chunk 0 of
 * one that is being put together starts it again, and the chunk that came last may come twice: both
 * happen when records are delivered again. The documents of a layer's shards may come in any order
 * and mixed; one that is complete may come again. At most one snapshot of a layer is incomplete at
 * a time, the newest.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotAssembler {

  private final long maxDocumentBytes;
  private final MemoryBudget budget;
  private final Function<LayerDocument, MemoryNeed> needs;
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
   * @param needs what a layer will need in all
   * @param memory gives blocks of a number of bytes, or throws an {@link OutOfMemoryError}
   */
  public SnapshotAssembler(
      long maxDocumentBytes,
      MemoryBudget budget,
      Function<LayerDocument, MemoryNeed> needs,
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
    if (partial != null && !partial.id().equals(chunk.id())) {
      if (partial.id().isNewerThan(chunk.id())) {
        return new AssemblyResult.Outdated(partial.id());
      }
      if (chunk.index() == 0) {
        String progress = partial.document().progress();
        discard(partial.id());
        return new AssemblyResult.Abandoned(partial.id(), progress);
      }
      partial = null;
    }
    if (partial == null && chunk.index() > 0) {
      return new AssemblyResult.Refused(
          "chunk %d of %s came without the chunks before it"
              .formatted(chunk.index(), chunk.document()));
    }
    if (partial == null || (partial.document() instanceof OpenWhole && isWholeAgain(chunk))) {
      discard(chunk.id());
      Optional<AssemblyResult> noPlace = begin(chunk);
      if (noPlace.isPresent()) {
        return noPlace.get();
      }
    }
    return take(partials.get(chunk.id().key()), chunk);
  }

  private static boolean isWholeAgain(SnapshotChunk chunk) {
    return chunk.index() == 0 && chunk.shard().isEmpty();
  }

  /** Takes what the layer of a first chunk needs, or says why not. */
  private Optional<AssemblyResult> begin(SnapshotChunk chunk) {
    if (chunk.shard().isEmpty()) {
      return reserve(chunk.id(), LayerDocument.whole(chunk), bytes -> new OpenWhole(chunk, bytes));
    }
    try {
      ShardHead.Layer layer = ShardHead.of(chunk, chunk.shard().get()).layer();
      String name = chunk.id().layer();
      return reserve(
          chunk.id(),
          layer.document(name),
          bytes -> new OpenShards(layer, layer.header(name), bytes));
    } catch (MalformedSafetensorsException | IllegalArgumentException e) {
      return Optional.of(new AssemblyResult.Refused(chunk.document() + ": " + e.getMessage()));
    }
  }

  private Optional<AssemblyResult> reserve(
      SnapshotId id, LayerDocument document, Function<ByteBuffer, OpenDocument> open) {
    if (document.bytes() > maxDocumentBytes) {
      return Optional.of(
          new AssemblyResult.Refused(
              "totalBytes of %s must be at most %d, got: %d; isotherm.spectral.max-document sets"
                      .formatted(id, maxDocumentBytes, document.bytes())
                  + " that, up to 2047M: a layer of 2 GiB or more is not analysed, send it in 16"
                  + " bits"));
    }
    MemoryNeed need = needs.apply(document);
    Optional<String> refusal = budget.refusal(need);
    if (refusal.isPresent()) {
      return Optional.of(new AssemblyResult.Refused(id + " " + refusal.get()));
    }
    if (!budget.tryTake(need)) {
      return Optional.of(new AssemblyResult.NoRoom(budget.missingBytes(need)));
    }
    try {
      NativeBlock block = memory.apply(Math.toIntExact(document.bytes()));
      partials.put(
          id.key(), new Partial(id, new Reserved(need, block), open.apply(block.buffer())));
      return Optional.empty();
    } catch (OutOfMemoryError e) {
      budget.giveBack(need);
      return Optional.of(
          new AssemblyResult.Refused(
              "%s needs %d bytes of memory, which the system does not have: %s; give the machine"
                      .formatted(id, document.bytes(), e.getMessage())
                  + " more, or set isotherm.spectral.memory to less than there is"));
    }
  }

  private AssemblyResult take(Partial partial, SnapshotChunk chunk) {
    Optional<String> misfit = partial.document().take(chunk);
    if (misfit.isPresent()) {
      discard(chunk.id());
      return new AssemblyResult.Refused(misfit.get());
    }
    if (!partial.document().isComplete()) {
      return new AssemblyResult.Incomplete();
    }
    partials.remove(chunk.id().key());
    AssemblyResult.Complete complete =
        new AssemblyResult.Complete(chunk.id(), chunk.estimator(), partial.document().bytes());
    unreleased.put(complete, partial.reserved());
    return complete;
  }

  /** What has come of an incomplete snapshot, for example {@code 2 of 5 chunks came}. */
  public String progress(SnapshotId id) {
    Partial partial = partials.get(id.key());
    if (partial == null || !partial.id().equals(id)) {
      throw new IllegalStateException(id + " is not being put together");
    }
    return partial.document().progress();
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
    if (partial == null || !partial.id().equals(id)) {
      return false;
    }
    partials.remove(id.key());
    giveBack(partial.reserved());
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

  /** A snapshot of which not everything is here. */
  private record Partial(SnapshotId id, Reserved reserved, OpenDocument document) {}
}
