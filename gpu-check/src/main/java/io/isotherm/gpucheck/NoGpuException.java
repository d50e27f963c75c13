package io.isotherm.gpucheck;

import io.isotherm.terminal.UserError;

/** There is no GPU here that the solver can use; the message says why in one line. */
public final class NoGpuException extends UserError {

  private static final long serialVersionUID = 1L;

  NoGpuException(Throwable cause) {
    super(cause.getMessage(), cause);
  }
}
