package io.isotherm.spectral.messaging;

import io.isotherm.spectral.offsets.OwnedPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Counts, by partition, the records that a broker has and has not acknowledged yet. */
final class InFlight {

  private final Map<OwnedPartition, Integer> records = new HashMap<>();

  /** One more, unless the partition is lost: then nothing may be sent. */
  synchronized boolean begin(OwnedPartition partition) {
    if (!partition.isOwned()) {
      return false;
    }
    records.merge(partition, 1, Integer::sum);
    return true;
  }

  /** One less. */
  synchronized void end(OwnedPartition partition) {
    records.merge(partition, -1, (before, one) -> before + one == 0 ? null : before + one);
    notifyAll();
  }

  /** Waits until nothing of lost partitions is on its way; false if that takes too long. */
  synchronized boolean awaitNoneOfLostPartitions(Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (records.keySet().stream().anyMatch(partition -> !partition.isOwned())) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        return false;
      }
      wait(millis);
    }
    return true;
  }
}
