package io.isotherm.spectra;

/**
 * What a solver computes on is lost to this process, such as a GPU after an illegal access: neither
 * this solver nor another one on it will work again. The message is one line for the reader.
 */
public final class SolverLostException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A loss, with what is known about it. */
  public SolverLostException(String message) {
    super(message);
  }
}
