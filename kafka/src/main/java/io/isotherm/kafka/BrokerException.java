package io.isotherm.kafka;

/** A broker that does not answer, refuses, or lacks what is needed. The message is one line. */
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
