package io.isotherm.spectra.matrix;

/** A tensor that cannot be read as a layer's weights; the message is one line for its sender. */
public final class UnreadableTensorException extends Exception {

  private static final long serialVersionUID = 1L;

  UnreadableTensorException(String message) {
    super(message);
  }

  UnreadableTensorException(String message, Throwable cause) {
    super(message, cause);
  }
}
