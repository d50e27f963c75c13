package io.isotherm.trainer.run;

/** What a run in training is told between two steps. */
enum Signal {
  /** Train the next step. */
  GO,
  /** Somebody wants the run to end here. */
  STOP,
  /** The service ends. */
  SHUTDOWN
}
