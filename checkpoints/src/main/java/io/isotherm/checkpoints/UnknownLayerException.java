package io.isotherm.checkpoints;

/** Says in one line that an option names a layer that a checkpoint does not have. */
public final class UnknownLayerException extends Exception {

  private static final long serialVersionUID = 1L;

  UnknownLayerException(String message) {
    super(message);
  }
}
