package io.isotherm.checkpoints.formats;

import io.isotherm.checks.OneLine;
import java.io.IOException;

/** A file that is not what it should be in its format. The message is one line. */
public final class MalformedFileException extends IOException {

  private static final long serialVersionUID = 1L;

  /** With what is wrong. */
  public MalformedFileException(String message) {
    super(OneLine.of(message));
  }

  /** With what is wrong, and what else is known of it. */
  public MalformedFileException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
