package io.isotherm.spectral.intake;

import io.isotherm.spectral.offsets.OwnedPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What waits for memory: a record that holds up all that come behind it, or partitions of which
 * nothing is taken. For one thread at a time.
 */
final class Room {

  private final LongSupplier nanoTime;
  private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
  private final Set<OwnedPartition> putOff = new HashSet<>();
  private long resumedNanos;

  Room(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.resumedNanos = nanoTime.getAsLong();
  }

  /** To be told when there may be room. */
  void await(CompletableFuture<Boolean> mayTryAgain) {
    waiting.add(mayTryAgain);
  }

  /** Nothing is taken of this partition until there may be room. */
  void putOff(OwnedPartition partition) {
    putOff.add(partition);
  }

  /** Whether nothing is taken of this partition. */
  boolean isPutOff(int partition) {
    return putOff.stream().anyMatch(each -> each.number() == partition);
  }

  /**
   * Whether a chunk is late that was due after another one: it is not while it may stand behind one
   * that waits, or not long after.
   *
   * @param partition that it is to come from
   * @param lastNanos when the other one came
   */
  boolean isLate(int partition, long lastNanos, Duration timeout) {
    long since = Math.max(lastNanos, resumedNanos);
    return waiting.isEmpty()
        && !isPutOff(partition)
        && nanoTime.getAsLong() - since >= timeout.toNanos();
  }

  /** What waited and may go on, to be told outside of any lock. */
  Runnable open(Consumer<OwnedPartition> readAgain) {
    List<CompletableFuture<Boolean>> records = List.copyOf(waiting);
    List<OwnedPartition> partitions = List.copyOf(putOff);
    waiting.clear();
    putOff.clear();
    if (!records.isEmpty() || !partitions.isEmpty()) {
      resumedNanos = nanoTime.getAsLong();
    }
    return () -> {
      partitions.forEach(readAgain);
      records.forEach(record -> record.complete(true));
    };
  }
}
