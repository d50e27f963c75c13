package io.isotherm.spectral.answer;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.spectral.offsets.AnsweredRecords;
import io.isotherm.spectral.offsets.OwnedPartition;
import java.util.List;
import java.util.Optional;

/**
 * What is published about a snapshot or a record, and which records are done once the broker has
 * it.
 *
 * @param outcome of the layer, where the record says which layer it is
 * @param deadLetter what is put aside, if anything
 * @param objection what the trainer is told, if anything
 * @param receipts of the records that it answers, all of one partition
 */
public record Answer(
    Optional<LayerOutcome> outcome,
    Optional<DeadLetter> deadLetter,
    Optional<Objection> objection,
    List<Receipt> receipts) {

  /** Copies the list, which must not be empty. */
  public Answer {
    receipts = Checks.requireElements("receipts of an answer", receipts);
    if (receipts.isEmpty()) {
      throw new IllegalArgumentException("receipts of an answer must not be empty");
    }
  }

  /** The records of a snapshot that need no word, because it has its outcome or will have it. */
  public static Answer ofNothing(List<Receipt> receipts) {
    return new Answer(Optional.empty(), Optional.empty(), Optional.empty(), receipts);
  }

  /** A layer's outcome, with nothing put aside. */
  public static Answer of(LayerOutcome outcome, List<Receipt> receipts) {
    return new Answer(Optional.of(outcome), Optional.empty(), Optional.empty(), receipts);
  }

  /**
   * A record that is put aside without an outcome, because nobody knows the snapshot.
   *
   * @param objection to the trainer, if the record says which run it belongs to
   */
  public static Answer of(DeadLetter deadLetter, Optional<Objection> objection) {
    return new Answer(
        Optional.empty(), Optional.of(deadLetter), objection, List.of(deadLetter.receipt()));
  }

  /** The partition of the records. */
  public OwnedPartition partition() {
    return receipts.get(0).owned();
  }

  /** Which records it answers. */
  public AnsweredRecords answeredRecords() {
    return new AnsweredRecords(
        partition().number(), receipts.stream().mapToLong(Receipt::offset).max().orElseThrow());
  }

  /** The trace context to pass on: that of the newest record that has one. */
  public Optional<String> traceparent() {
    return receipts.stream().flatMap(receipt -> receipt.traceparent().stream()).reduce((a, b) -> b);
  }
}
