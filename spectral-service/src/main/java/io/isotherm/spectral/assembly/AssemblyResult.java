package io.isotherm.spectral.assembly;

import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;
import java.nio.ByteBuffer;
import java.util.Optional;

/** What became of a chunk that was handed to a {@link SnapshotAssembler}. */
public sealed interface AssemblyResult {

  /** The chunk is kept, or was there already; more of its snapshot must come. */
  record Incomplete() implements AssemblyResult {}

  /**
   * The chunk was the last one, and the bytes are those that were sent. They lie outside the heap,
   * and must not be read any more once {@link SnapshotAssembler#release} is called.
   *
   * @param id whose weights
   * @param estimator how alpha shall be measured, if the chunks say so
   * @param document the safetensors document, from 0 to its limit
   */
  record Complete(SnapshotId id, Optional<EstimatorSpec> estimator, ByteBuffer document)
      implements AssemblyResult {}

  /**
   * The chunk does not add up with what came before it or with the bound on a document. Nothing of
   * its snapshot is kept.
   *
   * @param reason one line
   */
  record Refused(String reason) implements AssemblyResult {}

  /**
   * The chunk begins a newer snapshot of a layer whose older one was still incomplete. The older
   * one is dropped; the chunk was not taken and must be offered again.
   *
   * @param older what was dropped
   * @param progress what of it had come
   */
  record Abandoned(SnapshotId older, String progress) implements AssemblyResult {}

  /**
   * The chunk belongs to an older snapshot than the one of the same layer that is being put
   * together. It was not taken.
   *
   * @param newer what is being put together
   */
  record Outdated(SnapshotId newer) implements AssemblyResult {}

  /**
   * The chunk begins a snapshot whose layer the budget has no room for now. It was not taken, and
   * can be offered again when something was released or discarded.
   *
   * @param missingBytes how much more room is needed outside the heap
   */
  record NoRoom(long missingBytes) implements AssemblyResult {}
}
