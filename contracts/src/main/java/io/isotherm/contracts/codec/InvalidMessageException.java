package io.isotherm.contracts.codec;

/** A record that cannot be read as the message that its topic carries. The message is one line. */
public final class InvalidMessageException extends Exception {

  private static final long serialVersionUID = 1L;

  /** With what is wrong, where, and which value. */
  public InvalidMessageException(String message) {
    super(message);
  }

  /** With what is wrong, where, which value, and what noticed it. */
  public InvalidMessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
