package io.isotherm.spectral.memory;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.safetensors.MalformedSafetensorsException;
import io.isotherm.safetensors.SafeTensors;
import io.isotherm.safetensors.TensorEntry;
import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.Workspace;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Says from a layer's first chunk, which has the header with the shape, what the layer will need.
 *
 * @param solver that will compute
 */
public record LayerMemory(SolverKind solver) {

  /** An eigenvalue as it is computed, sorted, pooled and read by the fit. */
  private static final long BYTES_PER_EIGENVALUE = 4 * Double.BYTES;

  /** What the snapshot of this first chunk needs. */
  public MemoryNeed of(SnapshotChunk first) {
    return layer(first)
        .map(layer -> of(layer, first.totalBytes()))
        .orElseGet(() -> new MemoryNeed(first.totalBytes(), 0));
  }

  private MemoryNeed of(TensorEntry layer, long documentBytes) {
    List<Long> sides = layer.shape().stream().sorted(Comparator.reverseOrder()).toList();
    // Two of a tensor's axes span the matrices: none has longer sides than the longest two.
    Workspace workspace = solver.workspace(sides.get(0), sides.get(1));
    long eigenvalues = sides.stream().skip(1).reduce(1L, (a, b) -> a * b);
    return new MemoryNeed(
        Math.addExact(documentBytes, workspace.nativeBytes()),
        Math.addExact(workspace.heapBytes(), eigenvalues * BYTES_PER_EIGENVALUE));
  }

  /** The weights, if they will be computed; if not, that is told when the document is complete. */
  private static Optional<TensorEntry> layer(SnapshotChunk first) {
    try {
      return Optional.of(SafeTensors.entry(ByteBuffer.wrap(first.payload())))
          .filter(entry -> entry.dtype().isPresent() && entry.end() <= first.totalBytes())
          .filter(entry -> entry.shape().size() >= 2 && !entry.shape().contains(0L));
    } catch (MalformedSafetensorsException e) {
      return Optional.empty();
    }
  }
}
