package io.isotherm.benchmarks.compare;

/** A contestant cannot take part, or no longer; the message is one line for the reader. */
final class ContestantException extends Exception {

  private static final long serialVersionUID = 1L;

  ContestantException(String message) {
    super(message);
  }

  ContestantException(String message, Throwable cause) {
    super(message, cause);
  }
}
