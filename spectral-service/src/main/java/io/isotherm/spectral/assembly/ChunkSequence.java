package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.Shard;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The chunks of one document, which come in order. The one that came last may come twice, as it
 * does when records are delivered again.
 */
final class ChunkSequence {

  private final Claims first;
  private final int count;
  private final CRC32C crc = new CRC32C();
  private int next;

  /** The sequence that a chunk belongs to; nothing has come yet. */
  ChunkSequence(SnapshotChunk chunk) {
    this.first = Claims.of(chunk);
    this.count = chunk.count();
  }

  /** Whether the document is all there. */
  boolean isComplete() {
    return next == count;
  }

  /** Whether this is the chunk that came last. */
  boolean isRepeated(SnapshotChunk chunk) {
    return chunk.index() == next - 1;
  }

  /** The document comes from its beginning once more. */
  void restart() {
    next = 0;
    crc.reset();
  }

  /** What {@code chunk} says of its document that the first one did not, if anything. */
  Optional<String> disagreement(SnapshotChunk chunk) {
    Claims claims = Claims.of(chunk);
    return claims.equals(first)
        ? Optional.empty()
        : Optional.of(
            "chunk %d of %s must agree with the first chunk's %s, got: %s"
                .formatted(chunk.index(), chunk.document(), first, claims));
  }

  /**
   * Counts a chunk in; or says why it is not the next one, or that the bytes are not those sent.
   */
  Optional<String> append(SnapshotChunk chunk) {
    if (chunk.index() != next) {
      return Optional.of(
          "chunk %d of %s was due, got: %d".formatted(next, chunk.document(), chunk.index()));
    }
    crc.update(chunk.payload());
    next++;
    return isComplete() && crc.getValue() != chunk.crc32c()
        ? Optional.of(
            "CRC-32C of the bytes of %s must be %d, got: %d"
                .formatted(chunk.document(), chunk.crc32c(), crc.getValue()))
        : Optional.empty();
  }

  /** For example {@code 2 of 5 chunks}. */
  String progress() {
    return "%d of %d chunks".formatted(next, count);
  }

  /** What all chunks of a document say alike; the count of chunks follows from the bytes. */
  private record Claims(
      SnapshotId id,
      long totalBytes,
      long crc32c,
      Optional<EstimatorSpec> estimator,
      Optional<Shard> shard) {

    static Claims of(SnapshotChunk chunk) {
      return new Claims(
          chunk.id(), chunk.totalBytes(), chunk.crc32c(), chunk.estimator(), chunk.shard());
    }

    @Override
    public String toString() {
      return "totalBytes %d, crc32c %d, %s%s"
          .formatted(
              totalBytes,
              crc32c,
              estimator.map(Object::toString).orElse("default estimator"),
              shard.map(part -> ", " + part).orElse(""));
    }
  }
}
