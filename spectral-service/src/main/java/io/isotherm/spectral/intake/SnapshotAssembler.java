package io.isotherm.spectral.intake;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.EstimatorSpec;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Puts chunks together under a byte budget. A document's bytes are taken from the budget, and
 * allocated, when its first chunk comes, after they were checked against the bound on one document:
 * later chunks of a snapshot that was begun never wait for room.
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
  private final long budgetBytes;
  private final Map<String, Partial> partials = new HashMap<>();
  private long usedBytes;

  /**
   * With nothing in it.
   *
   * @param maxDocumentBytes largest document that is accepted, less than 2 GiB
   * @param budgetBytes how many bytes all documents may have together, those that are complete but
   *     not yet released included; at least {@code maxDocumentBytes}
   */
  public SnapshotAssembler(long maxDocumentBytes, long budgetBytes) {
    Checks.requirePositive("maxDocumentBytes", maxDocumentBytes);
    if (maxDocumentBytes > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "maxDocumentBytes must be less than 2 GiB, got: " + maxDocumentBytes);
    }
    if (budgetBytes < maxDocumentBytes) {
      throw new IllegalArgumentException(
          "budgetBytes must be at least maxDocumentBytes %d, got: %d"
              .formatted(maxDocumentBytes, budgetBytes));
    }
    this.maxDocumentBytes = maxDocumentBytes;
    this.budgetBytes = budgetBytes;
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
      if (chunk.totalBytes() > maxDocumentBytes) {
        return new AssemblyResult.Refused(
            "totalBytes of %s must be at most %d, got: %d"
                .formatted(chunk.id(), maxDocumentBytes, chunk.totalBytes()));
      }
      long room = budgetBytes - usedBytes;
      if (chunk.totalBytes() > room) {
        return new AssemblyResult.NoRoom(chunk.totalBytes() - room);
      }
      partial = new Partial(chunk);
      usedBytes += chunk.totalBytes();
      partials.put(chunk.id().key(), partial);
    }
    if (partial == null) {
      return new AssemblyResult.Refused(
          "chunk %d of %s came without the chunks before it".formatted(chunk.index(), chunk.id()));
    }
    return append(partial, chunk);
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
    return new AssemblyResult.Complete(chunk.id(), chunk.estimator(), partial.document.flip());
  }

  /**
   * Gives a complete document's bytes back to the budget; to be called once for each, when nobody
   * reads it any more.
   */
  public void release(AssemblyResult.Complete complete) {
    long bytes = complete.document().capacity();
    if (bytes > usedBytes) {
      throw new IllegalStateException(
          "%d bytes of %s released, but only %d are in use"
              .formatted(bytes, complete.id(), usedBytes));
    }
    usedBytes -= bytes;
  }

  /** Drops what there is of an incomplete snapshot; says whether there was anything. */
  public boolean discard(SnapshotId id) {
    Partial partial = partials.get(id.key());
    if (partial == null || !partial.first.id().equals(id)) {
      return false;
    }
    partials.remove(id.key());
    usedBytes -= partial.document.capacity();
    return true;
  }

  /** Bytes of all documents, incomplete or not yet released. */
  public long usedBytes() {
    return usedBytes;
  }

  /** How many snapshots are incomplete. */
  public int incompleteCount() {
    return partials.size();
  }

  /** A snapshot of which not all chunks are here. */
  private static final class Partial {
    private final Claims first;
    private final ByteBuffer document;
    private final CRC32C crc = new CRC32C();
    private int next;

    Partial(SnapshotChunk chunk) {
      this.first = Claims.of(chunk);
      this.document = ByteBuffer.allocate(Math.toIntExact(chunk.totalBytes()));
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
