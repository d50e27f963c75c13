package io.isotherm.scheduler;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How long each run has been silent while this task listened. Its clock stands still while the task
 * is away, the process sleeps or the broker cannot be reached: what nobody could have heard is not
 * silence. It is kept in memory, so whoever takes a run over gives it a whole lease.
 */
final class Leases {

  private final long leaseMillis;
  private final long longestTickMillis;
  private final Map<String, Long> heardAt = new HashMap<>();
  private long listenedMillis;
  private long lastTickMillis;

  /**
   * Nothing has been heard yet.
   *
   * @param tick how often {@link #tick} is called; after a gap of several ticks, the rest of the
   *     gap does not count
   */
  Leases(Duration lease, Duration tick) {
    this.leaseMillis = lease.toMillis();
    this.longestTickMillis = 4 * tick.toMillis();
  }

  /** The task listens from now on. */
  void start(long nowMillis) {
    lastTickMillis = nowMillis;
  }

  /** Time has passed, in which the task did or did not listen. */
  void tick(long nowMillis, boolean listening) {
    long passed = Math.max(0, nowMillis - lastTickMillis);
    lastTickMillis = nowMillis;
    if (listening) {
      listenedMillis += Math.min(passed, longestTickMillis);
    }
  }

  /** The run's trainer has been heard, or its silence begins to count. */
  void heard(String run) {
    heardAt.put(run, listenedMillis);
  }

  /** The run has ended, or is no longer here. */
  void forget(String run) {
    heardAt.remove(run);
  }

  boolean isExpired(String run) {
    Long heard = heardAt.get(run);
    return heard != null && listenedMillis - heard >= leaseMillis;
  }

  /** The runs that have been silent for a whole lease. */
  Set<String> expired() {
    Set<String> expired = new HashSet<>();
    heardAt.keySet().stream().filter(this::isExpired).forEach(expired::add);
    return expired;
  }
}
