package io.isotherm.spectra;

import io.isotherm.checks.OneLine;

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

  /** One line for an outcome: a solver's own words, or of another error what it is and says. */
  public static String explain(Throwable e) {
    String message = OneLine.first(e.getMessage());
    boolean isForTheReader = e instanceof SolverException || e instanceof SolverLostException;
    return isForTheReader ? message : e.getClass().getSimpleName() + ": " + message;
  }
}
