package io.isotherm.monitor.view;

import java.util.Locale;

/** Where a run stands; those that are forgotten first come first. */
enum ShownPhase {
  /** Neither ended nor heard of within its lease. */
  LOST,
  /** Its description has not been read. */
  UNKNOWN,
  /** Trained to its end. */
  FINISHED,
  /** Ended with an error. */
  FAILED,
  /** Known to go on. */
  RUNNING;

  /** Whether nothing more is to be expected of the run. */
  boolean hasEnded() {
    return this == FINISHED || this == FAILED;
  }

  /** Order in which runs are forgotten, smallest first; within one, by the time. */
  int worthKeeping() {
    return this == LOST ? 0 : this == RUNNING ? 2 : 1;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
