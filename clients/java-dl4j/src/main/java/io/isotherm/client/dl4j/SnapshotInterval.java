package io.isotherm.client.dl4j;

import io.isotherm.checks.Checks;

/** How often the weights are published. */
public sealed interface SnapshotInterval {

  /**
   * Whether a snapshot is due after {@code steps} steps in the middle of an epoch or at its end.
   */
  boolean dueAfterStep(long steps);

  /** Whether a snapshot is due at the end of an epoch, {@code epochs} of them being complete. */
  boolean dueAfterEpoch(int epochs);

  /**
   * At the end of every {@code epochs}-th epoch.
   *
   * @param epochs 1 or more
   */
  record Epochs(int epochs) implements SnapshotInterval {
    /** Checks the count. */
    public Epochs {
      Checks.requirePositive("epochs between snapshots", (long) epochs);
    }

    @Override
    public boolean dueAfterStep(long steps) {
      return false;
    }

    @Override
    public boolean dueAfterEpoch(int completed) {
      return completed % epochs == 0;
    }
  }

  /**
   * After every {@code steps}-th step.
   *
   * @param steps 1 or more
   */
  record Steps(long steps) implements SnapshotInterval {
    /** Checks the count. */
    public Steps {
      Checks.requirePositive("steps between snapshots", steps);
    }

    @Override
    public boolean dueAfterStep(long trained) {
      return trained % steps == 0;
    }

    @Override
    public boolean dueAfterEpoch(int completed) {
      return false;
    }
  }
}
