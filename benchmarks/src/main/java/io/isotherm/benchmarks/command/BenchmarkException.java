package io.isotherm.benchmarks.command;

/** What is to be measured did not do what it must, so there is nothing to be measured. */
public final class BenchmarkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With one line for the reader. */
  public BenchmarkException(String message) {
    super(message);
  }

  /** With one line for the reader. */
  public BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
