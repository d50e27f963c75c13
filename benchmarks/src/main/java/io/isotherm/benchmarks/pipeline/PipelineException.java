package io.isotherm.benchmarks.pipeline;

/** Something on the way did not do what it must, so there is nothing to be measured. */
final class PipelineException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  PipelineException(String message) {
    super(message);
  }

  PipelineException(String message, Throwable cause) {
    super(message, cause);
  }
}
