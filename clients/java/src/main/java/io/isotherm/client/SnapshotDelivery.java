package io.isotherm.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Follows the chunks of one snapshot to the broker. The snapshot is published when every chunk has
 * been acknowledged, and dropped when one could not be delivered; either is counted once.
 */
final class SnapshotDelivery {

  private final SnapshotCounts counts;
  private final AtomicLong bytesOnTheirWay;
  // One for the publisher, which has not handed over all chunks yet, and one for each chunk.
  private final AtomicInteger open = new AtomicInteger(1);
  private volatile boolean failed;

  SnapshotDelivery(SnapshotCounts counts, AtomicLong bytesOnTheirWay) {
    this.counts = counts;
    this.bytesOnTheirWay = bytesOnTheirWay;
  }

  /** Whether a chunk is lost, so that the rest need not be sent. */
  boolean failed() {
    return failed;
  }

  /** Counts a chunk in; the result is to be told its fate. */
  Consumer<Exception> chunk(int bytes) {
    open.incrementAndGet();
    bytesOnTheirWay.addAndGet(bytes);
    return failure -> {
      bytesOnTheirWay.addAndGet(-bytes);
      if (failure != null) {
        failed = true;
      }
      close();
    };
  }

  /** The snapshot cannot be delivered, for a reason of its own. */
  void fail() {
    failed = true;
  }

  /** The publisher has handed over all chunks that it will. */
  void handedOver() {
    close();
  }

  private void close() {
    if (open.decrementAndGet() == 0) {
      if (failed) {
        counts.drop();
      } else {
        counts.publish();
      }
    }
  }
}
