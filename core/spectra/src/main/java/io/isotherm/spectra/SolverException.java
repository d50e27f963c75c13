package io.isotherm.spectra;

/** A solver could not compute the eigenvalues; the message is one line for the reader. */
public final class SolverException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A failure without an underlying one. */
  public SolverException(String message) {
    super(message);
  }

  /** A failure with its cause. */
  public SolverException(String message, Throwable cause) {
    super(message, cause);
  }
}
