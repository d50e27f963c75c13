package io.isotherm.client;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What became of layer snapshots. At rest {@code taken = published + dropped}; in between the
 * difference is what waits or is on its way.
 */
final class SnapshotCounts {

  private final AtomicLong taken = new AtomicLong();
  private final AtomicLong published = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();

  void take() {
    taken.incrementAndGet();
  }

  void publish() {
    published.incrementAndGet();
  }

  void drop() {
    dropped.incrementAndGet();
  }

  long taken() {
    return taken.get();
  }

  long published() {
    return published.get();
  }

  long dropped() {
    return dropped.get();
  }
}
