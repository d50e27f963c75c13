package io.isotherm.spectral.answer;

import io.isotherm.contracts.spectrum.LayerOutcome;
import java.util.List;
import java.util.Optional;

/**
 * What is published about a snapshot or a record, and which records are done once the broker has
 * it.
 *
 * @param outcome of the layer, where the record says which layer it is
 * @param deadLetter what is put aside, if anything
 * @param receipts of the records to acknowledge
 */
public record Answer(
    Optional<LayerOutcome> outcome, Optional<DeadLetter> deadLetter, List<Receipt> receipts) {

  /** Copies the list. */
  public Answer {
    receipts = List.copyOf(receipts);
  }

  /** A layer's outcome, with nothing put aside. */
  public static Answer of(LayerOutcome outcome, List<Receipt> receipts) {
    return new Answer(Optional.of(outcome), Optional.empty(), receipts);
  }

  /** A record that is put aside without a word on its layer, because nobody knows the layer. */
  public static Answer of(DeadLetter deadLetter) {
    return new Answer(Optional.empty(), Optional.of(deadLetter), List.of(deadLetter.receipt()));
  }

  /** The trace context to pass on: that of the newest record that has one. */
  public Optional<String> traceparent() {
    return receipts.stream().flatMap(receipt -> receipt.traceparent().stream()).reduce((a, b) -> b);
  }
}
