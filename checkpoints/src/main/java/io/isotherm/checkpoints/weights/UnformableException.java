package io.isotherm.checkpoints.weights;

/** Stored tensors that do not make a weight; the message is one line for the reader. */
public final class UnformableException extends Exception {

  private static final long serialVersionUID = 1L;

  UnformableException(String message) {
    super(message);
  }
}
