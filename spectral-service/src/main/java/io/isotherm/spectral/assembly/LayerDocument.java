package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.safetensors.TensorEntry;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The document that a layer will be when all of it has come, told from the first chunk that does.
 *
 * @param bytes how long it is
 * @param tensor what its header says, if that can be true
 * @param shards how many documents it comes in; 0 if it comes as it is
 */
public record LayerDocument(long bytes, Optional<TensorEntry> tensor, int shards) {

  /**
   * Of a layer that comes as one document. A header that cannot be read is told when all of it is
   * there.
   */
  static LayerDocument whole(SnapshotChunk first) {
    Optional<TensorEntry> tensor;
    try {
      tensor =
          Optional.of(SafeTensors.head(ByteBuffer.wrap(first.payload())).tensor())
              .filter(entry -> entry.end() <= first.totalBytes());
    } catch (MalformedSafetensorsException e) {
      tensor = Optional.empty();
    }
    return new LayerDocument(first.totalBytes(), tensor, 0);
  }
}
