package io.isotherm.safetensors;

import io.isotherm.checks.OneLine;

/** Bytes that are not what they should be in the safetensors format. The message is one line. */
public final class MalformedSafetensorsException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedSafetensorsException(String message) {
    super(OneLine.of(message));
  }

  MalformedSafetensorsException(String message, Throwable cause) {
    super(OneLine.of(message), cause);
  }
}
