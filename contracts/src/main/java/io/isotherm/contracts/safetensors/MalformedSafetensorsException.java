package io.isotherm.contracts.safetensors;

/** Bytes that are no safetensors document with one tensor. The message is one line. */
public final class MalformedSafetensorsException extends Exception {

  private static final long serialVersionUID = 1L;

  MalformedSafetensorsException(String message) {
    super(message);
  }

  MalformedSafetensorsException(String message, Throwable cause) {
    super(message, cause);
  }
}
