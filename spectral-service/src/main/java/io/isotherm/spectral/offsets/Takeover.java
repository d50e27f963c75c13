package io.isotherm.spectral.offsets;

import io.isotherm.contracts.snapshot.SnapshotId;
import java.util.Map;

/**
 * What is known of a partition when it comes to this process.
 *
 * @param offset of the first record to take
 * @param committed whether a process before committed that offset, and so has answered every record
 *     before it
 * @param answered snapshots with chunks from {@code offset} on that have their outcome already, and
 *     the offset of the last chunk that it answers
 * @param answersFrom a place on {@code isotherm.spectra} before all those outcomes
 * @param answersTo a place behind them, and before any outcome that this process will publish
 */
public record Takeover(
    long offset,
    boolean committed,
    Map<SnapshotId, Long> answered,
    AnswerPositions answersFrom,
    AnswerPositions answersTo) {

  /** Copies the map. */
  public Takeover {
    answered = Map.copyOf(answered);
  }

  /** Of a partition that nobody has read yet. */
  public static Takeover ofNothing() {
    return new Takeover(0, false, Map.of(), AnswerPositions.BEGINNING, AnswerPositions.BEGINNING);
  }

  /** The offset behind the last record that an outcome from before answers. */
  long answeredTo() {
    return answered.values().stream().mapToLong(last -> last + 1).max().orElse(offset);
  }
}
