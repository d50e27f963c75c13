package io.isotherm.client;

import java.util.concurrent.TimeUnit;

/** Doubling pauses between attempts, from a quarter of a second on. For one thread. */
final class Backoff {

  private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(250);

  private final long longest;
  private long next = FIRST;

  private Backoff(long longestSeconds) {
    this.longest = TimeUnit.SECONDS.toNanos(longestSeconds);
  }

  /** Between attempts to reach a broker: up to five seconds. */
  static Backoff forReaching() {
    return new Backoff(5);
  }

  /** Between attempts to create a Kafka client, which logs its whole configuration each time. */
  static Backoff forCreating() {
    return new Backoff(60);
  }

  /** The next pause in nanoseconds. */
  long nextNanos() {
    long pause = next;
    next = Math.min(longest, 2 * pause);
    return pause;
  }

  /** After a success the pauses begin again with the shortest. */
  void reset() {
    next = FIRST;
  }
}
