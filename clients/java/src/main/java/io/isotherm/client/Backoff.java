package io.isotherm.client;

import java.util.concurrent.TimeUnit;

/** Doubling pauses between attempts, from a quarter of a second to five. For one thread. */
final class Backoff {

  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LONGEST = TimeUnit.SECONDS.toNanos(5);

  private long next = FIRST;

  /** The next pause in nanoseconds. */
  long nextNanos() {
    long pause = next;
    next = Math.min(LONGEST, 2 * pause);
    return pause;
  }

  /** After a success the pauses begin again with the shortest. */
  void reset() {
    next = FIRST;
  }
}
