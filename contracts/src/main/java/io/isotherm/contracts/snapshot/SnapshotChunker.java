package io.isotherm.contracts.snapshot;

import io.isotherm.contracts.run.EstimatorSpec;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Cuts a safetensors document into the chunks that travel. */
public final class SnapshotChunker {

  private SnapshotChunker() {}

  /**
   * Hands the chunks to {@code sink}, first to last. One chunk is on the heap at a time.
   *
   * @param document from position to limit; the position is left alone
   * @throws IllegalArgumentException if {@code document} is empty
   */
  public static void chunk(
      SnapshotId id,
      Optional<EstimatorSpec> estimator,
      ByteBuffer document,
      Consumer<SnapshotChunk> sink) {
    int totalBytes = document.remaining();
    if (totalBytes == 0) {
      throw new IllegalArgumentException("document of " + id + " must not be empty");
    }
    CRC32C crc = new CRC32C();
    crc.update(document.duplicate());
    int count = (int) SnapshotChunk.chunkCount(totalBytes);
    ByteBuffer rest = document.duplicate();
    for (int index = 0; index < count; index++) {
      byte[] payload = new byte[SnapshotChunk.length(index, totalBytes)];
      rest.get(payload);
      sink.accept(
          new SnapshotChunk(id, estimator, index, count, totalBytes, crc.getValue(), payload));
    }
  }
}
