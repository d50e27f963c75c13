package io.isotherm.gpucheck.torch;

/** Torch does not take part, or no longer; the message says why in one line. */
public final class TorchException extends Exception {

  private static final long serialVersionUID = 1L;

  TorchException(String message) {
    super(message);
  }

  TorchException(String message, Throwable cause) {
    super(message, cause);
  }
}
