package io.isotherm.kafka.settings;

/** Kafka settings that cannot be used. The message is one line, and no secret is in it. */
public final class InvalidSettingsException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /** With the setting, what is wrong with it, and what to do. */
  public InvalidSettingsException(String message) {
    super(message);
  }
}
