package io.isotherm.benchmarks.scheduler;

/** The scheduler did not do what it must, so there is nothing to be measured. */
final class BenchmarkException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BenchmarkException(String message) {
    super(message);
  }

  BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
