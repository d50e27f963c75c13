package io.isotherm.spectral.intake;

import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectral.answer.Receipt;
import java.util.ArrayList;
import java.util.List;

/** What is known of a snapshot whose chunks are not all here. */
final class Incomplete {

  private final EstimatorSpec estimator;
  private final int chunkCount;
  private final List<Receipt> receipts = new ArrayList<>();
  private int arrived;
  private long lastNanos;

  Incomplete(SnapshotChunk chunk) {
    this.estimator = chunk.estimator().orElse(EstimatorSpec.DEFAULT);
    this.chunkCount = chunk.count();
  }

  void add(SnapshotChunk chunk, Receipt receipt, long nowNanos) {
    receipts.add(receipt);
    arrived = chunk.index() + 1;
    lastNanos = nowNanos;
  }

  EstimatorSpec estimator() {
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

  /** For example {@code 2 of 5 chunks came}. */
  String progress() {
    return "%d of %d chunks came".formatted(arrived, chunkCount);
  }
}
