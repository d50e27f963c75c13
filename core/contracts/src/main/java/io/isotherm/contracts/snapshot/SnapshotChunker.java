package io.isotherm.contracts.snapshot;

import io.isotherm.methods.estimator.EstimatorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** Cuts a safetensors document into the chunks that travel. */
public final class SnapshotChunker {

  private SnapshotChunker() {}

  /** Hands the chunks of the document of a whole layer to {@code sink}, as those of a shard. */
  public static void chunk(
      SnapshotId id,
      Optional<EstimatorSpec> estimator,
      List<ByteBuffer> document,
      Consumer<SnapshotChunk> sink) {
    chunk(id, estimator, Optional.empty(), document, sink);
  }

  /**
   * Hands the chunks to {@code sink}, first to last. One chunk is on the heap at a time.
   *
   * @param shard which part of the layer the document has; the whole layer if empty
   * @param document its parts one behind the other, such as header and weights, each from position
   *     to limit; the positions are left alone
   * @throws IllegalArgumentException if {@code document} is empty
   * @throws ArithmeticException if it has more than 2^31 - 1 bytes
   */
  public static void chunk(
      SnapshotId id,
      Optional<EstimatorSpec> estimator,
      Optional<Shard> shard,
      List<ByteBuffer> document,
      Consumer<SnapshotChunk> sink) {
    int totalBytes = 0;
    CRC32C crc = new CRC32C();
    Deque<ByteBuffer> rest = new ArrayDeque<>();
    for (ByteBuffer part : document) {
      totalBytes = Math.addExact(totalBytes, part.remaining());
      crc.update(part.duplicate());
      rest.add(part.duplicate());
    }
    if (totalBytes == 0) {
      throw new IllegalArgumentException("document of " + id + " must not be empty");
    }
    int count = (int) SnapshotChunk.chunkCount(totalBytes);
    for (int index = 0; index < count; index++) {
      byte[] payload = new byte[SnapshotChunk.length(index, totalBytes)];
      fill(payload, rest);
      sink.accept(
          new SnapshotChunk(
              id, estimator, shard, index, count, totalBytes, crc.getValue(), payload));
    }
  }

  private static void fill(byte[] payload, Deque<ByteBuffer> rest) {
    int filled = 0;
    while (filled < payload.length) {
      ByteBuffer part = rest.getFirst();
      int bytes = Math.min(part.remaining(), payload.length - filled);
      part.get(payload, filled, bytes);
      filled += bytes;
      if (!part.hasRemaining()) {
        rest.removeFirst();
      }
    }
  }
}
