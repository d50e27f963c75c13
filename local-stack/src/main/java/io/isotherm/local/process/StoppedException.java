package io.isotherm.local.process;

import io.isotherm.terminal.UserError;

/** The group was closed while somebody worked with it: the user wanted an end. */
public final class StoppedException extends UserError {

  private static final long serialVersionUID = 1L;

  StoppedException() {
    super("stopped");
  }
}
