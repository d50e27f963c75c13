package io.isotherm.client;

import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Snapshots that wait for the publisher, oldest first. Lock-free. Only the training thread adds; it
 * and the publisher both take the oldest, and each snapshot goes to exactly one of them.
 */
final class SnapshotQueue {

  private final ConcurrentLinkedQueue<PendingSnapshot> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final int capacity;

  SnapshotQueue(int capacity) {
    this.capacity = capacity;
  }

  /** Adds the newest; returns the oldest if it had to go for that. */
  Optional<PendingSnapshot> add(PendingSnapshot newest) {
    Optional<PendingSnapshot> oldest = size.get() >= capacity ? poll() : Optional.empty();
    waiting.add(newest);
    size.incrementAndGet();
    return oldest;
  }

  /** Takes the oldest. */
  Optional<PendingSnapshot> poll() {
    PendingSnapshot oldest = waiting.poll();
    if (oldest == null) {
      return Optional.empty();
    }
    size.decrementAndGet();
    return Optional.of(oldest);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }
}
