package io.isotherm.embeddedkafka;

/** A broker in this JVM that cannot be started. The message is one line for the user. */
public final class EmbeddedKafkaException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With what is wrong, where, and what to do. */
  public EmbeddedKafkaException(String message) {
    super(message);
  }

  /** With what is wrong, where, what to do, and what noticed it. */
  public EmbeddedKafkaException(String message, Throwable cause) {
    super(message, cause);
  }
}
