package io.isotherm.contracts.snapshot;

import io.isotherm.checks.Checks;
import io.isotherm.methods.estimator.EstimatorSpec;
import java.util.Optional;

/**
 * One piece of a layer's snapshot: bytes {@code index * CHUNK_BYTES} and following of a safetensors
 * document.
 *
 * @param id whose weights
 * @param estimator how alpha shall be measured; the spectral service's default if missing
 * @param index 0-based
 * @param count how many chunks the snapshot has
 * @param totalBytes length of the whole document
 * @param crc32c CRC-32C of the whole document, as an unsigned number
 * @param payload this chunk's bytes; not copied, so it must not be changed
 */
@SuppressWarnings("ArrayRecordComponent") // A copy of every chunk would double the memory traffic.
public record SnapshotChunk(
    SnapshotId id,
    Optional<EstimatorSpec> estimator,
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
    Checks.requirePositive("totalBytes of " + id, totalBytes);
    Checks.requirePositive("chunk count of " + id, count);
    if (count != chunkCount(totalBytes)) {
      throw new IllegalArgumentException(
          "chunk count of %s must be %d for %d bytes, got: %d"
              .formatted(id, chunkCount(totalBytes), totalBytes, count));
    }
    if (index < 0 || index >= count) {
      throw new IllegalArgumentException(
          "chunk index of %s must be from 0 to %d, got: %d".formatted(id, count - 1, index));
    }
    if (crc32c < 0 || crc32c > 0xFFFF_FFFFL) {
      throw new IllegalArgumentException(
          "crc32c of %s must be from 0 to 4294967295, got: %d".formatted(id, crc32c));
    }
    Checks.requirePresent("payload of " + id, payload);
    if (payload.length != length(index, totalBytes)) {
      throw new IllegalArgumentException(
          "chunk %d of %s must have %d bytes, got: %d"
              .formatted(index, id, length(index, totalBytes), payload.length));
    }
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
