package io.isotherm.spectral.assembly;

import io.isotherm.solvers.SolverKind;
import io.isotherm.solvers.memory.MemoryNeed;

/**
 * Says what a layer will need, from its first byte to its answer.
 *
 * @param solver that will compute
 */
public record LayerMemory(SolverKind solver) {

  /** On the heap, what is known of a shard and the headers of its records, which wait for it. */
  private static final long BYTES_PER_SHARD = 2048;

  /** What the layer of this document needs. */
  public MemoryNeed of(LayerDocument document) {
    MemoryNeed need =
        document
            .tensor()
            .map(tensor -> MemoryNeed.of(solver, tensor, document.bytes()))
            .orElseGet(() -> new MemoryNeed(document.bytes(), 0));
    return new MemoryNeed(
        need.nativeBytes(), need.heapBytes() + document.shards() * BYTES_PER_SHARD);
  }
}
