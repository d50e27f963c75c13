package io.isotherm.contracts.progress;

import io.isotherm.checks.Checks;

/**
 * What the client inside a trainer has done since the incarnation's start.
 *
 * @param snapshotsTaken layer snapshots copied at a step boundary
 * @param snapshotsPublished layer snapshots whose last chunk the broker has acknowledged
 * @param snapshotsDropped layer snapshots given up because the queue was full, a buffer was lacking
 *     or the broker could not be reached
 * @param decisionsApplied decisions taken over
 * @param decisionsRejected decisions that failed a check and left the factors as they were
 * @param stallNanos time that the training thread spent in the client
 * @param trainingNanos time since the first step, the base of the stall's share
 */
public record ClientCounters(
    long snapshotsTaken,
    long snapshotsPublished,
    long snapshotsDropped,
    long decisionsApplied,
    long decisionsRejected,
    long stallNanos,
    long trainingNanos) {

  /** All zero. */
  public static final ClientCounters ZERO = new ClientCounters(0, 0, 0, 0, 0, 0, 0);

  /** Checks that nothing is negative. */
  public ClientCounters {
    Checks.requireNotNegative("snapshotsTaken", snapshotsTaken);
    Checks.requireNotNegative("snapshotsPublished", snapshotsPublished);
    Checks.requireNotNegative("snapshotsDropped", snapshotsDropped);
    Checks.requireNotNegative("decisionsApplied", decisionsApplied);
    Checks.requireNotNegative("decisionsRejected", decisionsRejected);
    Checks.requireNotNegative("stallNanos", stallNanos);
    Checks.requireNotNegative("trainingNanos", trainingNanos);
  }

  /** The stall as a share of training time, 0 to 1; 0 before the first step. */
  public double stallShare() {
    return trainingNanos == 0 ? 0 : stallNanos / (double) trainingNanos;
  }
}
