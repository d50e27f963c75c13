package io.isotherm.spectral.memory;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryNeed;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Says from a layer's first chunk, which has the header with the shape, what the layer will need.
 *
 * @param solver that will compute
 */
public record LayerMemory(SolverKind solver) {

  /** What the snapshot of this first chunk needs. */
  public MemoryNeed of(SnapshotChunk first) {
    return layer(first)
        .map(layer -> MemoryNeed.of(solver, layer, first.totalBytes()))
        .orElseGet(() -> new MemoryNeed(first.totalBytes(), 0));
  }

  /**
   * What the header says, if it can be true; if not, that is told when the document is complete.
   */
  private static Optional<TensorEntry> layer(SnapshotChunk first) {
    try {
      return Optional.of(SafeTensors.entry(ByteBuffer.wrap(first.payload())))
          .filter(entry -> entry.end() <= first.totalBytes());
    } catch (MalformedSafetensorsException e) {
      return Optional.empty();
    }
  }
}
