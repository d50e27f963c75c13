package io.isotherm.terminal;

/** Ends the command with a message for the user and no stack trace. */
public class UserError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With what is wrong, where, which value, and what to do. */
  public UserError(String message) {
    super(message);
  }

  /** With what is wrong, where, which value, what to do, and what noticed it. */
  public UserError(String message, Throwable cause) {
    super(message, cause);
  }
}
