package io.isotherm.monitor.view;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When the lease of a silent run has ended, by this machine's clock.
 *
 * <p>What is heard while the monitor keeps up counts from the moment it is heard. What was written
 * before the monitor listened is as old as its record says, but a trainer's clock may be wrong and
 * a broker that was away has silenced everybody: so each run gets a tenth of the lease to speak
 * after every interruption. Time in which the monitor heard nothing of anybody never counts.
 */
final class Leases {

  private static final int GRACES_PER_LEASE = 10;

  private final Duration lease;
  private final Duration grace;
  private Optional<Instant> listeningSince = Optional.empty();
  private Optional<Instant> heardAllUpTo = Optional.empty();
  private boolean historyRead;

  Leases(Duration lease) {
    this.lease = lease;
    this.grace = lease.dividedBy(GRACES_PER_LEASE);
  }

  /** Notes that all that was written before {@code now} has been read. */
  void heardAllUpTo(Instant now) {
    if (isInterrupted(now)) {
      listeningSince = Optional.of(now);
    }
    heardAllUpTo = Optional.of(now);
  }

  /** Notes that what was on the broker before the start has been read, too. */
  void historyRead() {
    historyRead = true;
  }

  /** Whether what was on the broker before the start has been read. */
  boolean hasReadHistory() {
    return historyRead;
  }

  /** When a message counts as said. */
  Instant saidAt(RecordOrigin origin, Instant now) {
    boolean isOld = origin.history() || isInterrupted(now);
    return isOld && origin.writtenAt().isBefore(now) ? origin.writtenAt() : now;
  }

  /**
   * Whether a run has been silent for too long.
   *
   * @param saidAt when its trainer's newest message was said
   * @param hasSpoken whether a progress message has been found: while history is being read, none
   *     may mean that it has not been reached yet
   */
  boolean isExpired(Instant saidAt, boolean hasSpoken) {
    if (heardAllUpTo.isEmpty() || !(hasSpoken || historyRead)) {
      return false;
    }
    Instant graceFrom = listeningSince.orElseThrow().plus(grace).minus(lease);
    Instant from = saidAt.isAfter(graceFrom) ? saidAt : graceFrom;
    return Duration.between(from, heardAllUpTo.get()).compareTo(lease) >= 0;
  }

  private boolean isInterrupted(Instant now) {
    return heardAllUpTo.isEmpty() || Duration.between(heardAllUpTo.get(), now).compareTo(grace) > 0;
  }
}
