package io.isotherm.contracts.snapshot;

import io.isotherm.checks.Checks;
import io.isotherm.methods.estimator.EstimatorSpec;
import java.util.Optional;

/**
 * One piece of a layer's snapshot, or of one shard of it: bytes {@code index * CHUNK_BYTES} and
 * following of a safetensors document.
 *
 * @param id whose weights
 * @param estimator how alpha shall be measured; the spectral service's default if missing
 * @param shard which part of the layer the document has; the whole layer if missing
 * @param index 0-based
 * @param count how many chunks the document has
 * @param totalBytes length of the whole document
 * @param crc32c CRC-32C of the whole document, as an unsigned number
 * @param payload this chunk's bytes; not copied, so it must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // A copy of every chunk would double the memory traffic.
public record SnapshotChunk(
    SnapshotId id,
    Optional<EstimatorSpec> estimator,
    Optional<Shard> shard,
    int index,
    int count,
    long totalBytes,
    long crc32c,
    byte[] payload) {

  /** Largest payload in bytes: leaves room for key and headers below 1,000,000 bytes. */
  public static final int CHUNK_BYTES = 960 * 1024;

  /** Checks the numbers against each other and the payload's length against them. */
  public SnapshotChunk {
    Checks.requirePresent("id of a chunk", id);
    estimator = estimator == null ? Optional.empty() : estimator;
    shard = shard == null ? Optional.empty() : shard;
    String document = document(id, shard);
    Checks.requirePositive("totalBytes of " + document, totalBytes);
    Checks.requirePositive("chunk count of " + document, count);
    if (count != chunkCount(totalBytes)) {
      throw new IllegalArgumentException(
          "chunk count of %s must be %d for %d bytes, got: %d"
              .formatted(document, chunkCount(totalBytes), totalBytes, count));
    }
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "chunk index of %s must be from 0 to %d, got: %d".formatted(document, count - 1, index));
    }
    if (crc32c < 0 || crc32c > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(
          "crc32c of %s must be from 0 to 4294967295, got: %d".formatted(document, crc32c));
    }
    Checks.requirePresent("payload of " + document, payload);
    if (payload.length != length(index, totalBytes)) {
      throw new IllegalArgumentException(
          "chunk %d of %s must have %d bytes, got: %d"
              .formatted(index, document, length(index, totalBytes), payload.length));
    }
  }

  /** The chunk's document in words, for example {@code shard 2 of r1/fc@1:40}. */
  public String document() {
    return document(id, shard);
  }

  private static String document(SnapshotId id, Optional<Shard> shard) {
    return shard.map(part -> "shard " + part.index() + " of " + id).orElseGet(id::toString);
  }

  /** How many chunks a document of {@code totalBytes} bytes is cut into. */
  public static long chunkCount(long totalBytes) {
    return (totalBytes - 1) / CHUNK_BYTES + 1;
  }

  /** How many bytes chunk {@code index} of a document of {@code totalBytes} bytes has. */
  static int length(int index, long totalBytes) {
    return (int) Math.min(CHUNK_BYTES, totalBytes - (long) index * CHUNK_BYTES);
  }
}
