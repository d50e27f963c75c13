package io.isotherm.contracts.codec;

import io.isotherm.checks.OneLine;

/** A record that cannot be read as the message that its topic carries. The message is one line. */
public final class InvalidMessageException extends Exception {

  private static final long serialVersionUID = 1L;

  /** With what is wrong, where, and which value. */
  public InvalidMessageException(String message) {
    super(OneLine.of(message));
  }

  /** With what is wrong, where, which value, and what noticed it. */
  public InvalidMessageException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
