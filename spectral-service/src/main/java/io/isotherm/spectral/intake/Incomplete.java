package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectral.answer.Receipt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is known of a snapshot whose chunks are not all here. */
final class Incomplete {

  private final Optional<EstimatorSpec> estimator;
  private final List<Receipt> receipts = new ArrayList<>();
  private long lastNanos;

  Incomplete(SnapshotChunk chunk) {
    this.estimator = chunk.estimator();
  }

  void add(Receipt receipt, long nowNanos) {
    receipts.add(receipt);
    lastNanos = nowNanos;
  }

  /** How alpha shall be measured, if the chunks say so. */
  Optional<EstimatorSpec> estimator() {
    return estimator;
  }

  List<Receipt> receipts() {
    return receipts;
  }

  long lastNanos() {
    return lastNanos;
  }

  Receipt newest() {
    return receipts.get(receipts.size() - 1);
  }
}
