package io.isotherm.kafka;

/** A broker that cannot be started, reached or used. The message is one line for the user. */
public final class BrokerException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With what is wrong, where, and what to do. */
  public BrokerException(String message) {
    super(message);
  }

  /** With what is wrong, where, what to do, and what noticed it. */
  public BrokerException(String message, Throwable cause) {
    super(message, cause);
  }
}
