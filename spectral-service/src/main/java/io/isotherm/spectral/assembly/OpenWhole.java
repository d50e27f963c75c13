package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A layer that comes as it is. */
final class OpenWhole implements OpenDocument {

  private final ChunkSequence chunks;
  private final ByteBuffer bytes;

  OpenWhole(SnapshotChunk first, ByteBuffer bytes) {
    this.chunks = new ChunkSequence(first);
    this.bytes = bytes;
  }

  @Override
  public Optional<String> take(SnapshotChunk chunk) {
    Optional<String> disagreement = chunks.disagreement(chunk);
    if (disagreement.isPresent() || chunks.isRepeated(chunk)) {
      return disagreement;
    }
    Optional<String> misfit = chunks.append(chunk);
    if (misfit.isEmpty()) {
      bytes.put(chunk.payload());
    }
    return misfit;
  }

  @Override
  public boolean isComplete() {
    return chunks.isComplete();
  }

  @Override
  public String progress() {
    return chunks.progress() + " came";
  }

  @Override
  public ByteBuffer bytes() {
    return bytes.flip();
  }
}
