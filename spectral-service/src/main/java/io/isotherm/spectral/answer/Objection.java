package io.isotherm.spectral.answer;

import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.snapshot.SnapshotId;

/**
 * What a trainer is told that has sent something which cannot be used.
 *
 * @param kind of reason, of which the trainer is told once in a while
 * @param refusal in words
 */
public record Objection(Kind kind, Refusal refusal) {

  /** What is wrong, coarsely. */
  public enum Kind {
    /** A record is no chunk of a snapshot. */
    UNREADABLE,
    /** Chunks do not add up, or the layer is larger than what the service takes. */
    REFUSED,
    /** The chunks give bytes that are no safetensors document with one tensor. */
    MALFORMED,
    /** The layer is not what its run describes. */
    CONTRADICTION
  }

  /**
   * About a layer's snapshot.
   *
   * @param receipt of its last record
   */
  public static Objection of(Kind kind, SnapshotId id, Receipt receipt, String reason) {
    return new Objection(
        kind,
        Refusal.ofLayer(id.run(), id.layer(), Refusal.Service.SPECTRAL, reason)
            .toIncarnation(id.incarnation())
            .atStep(id.step())
            .ofRecord(receipt.topic(), receipt.partition(), receipt.offset()));
  }
}
