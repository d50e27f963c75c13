package io.isotherm.trainer.run;

/** A run cannot go on. The message is one line for whoever ordered it. */
final class TrainingFailedException extends Exception {

  private static final long serialVersionUID = 1L;

  TrainingFailedException(String message) {
    super(message);
  }
}
