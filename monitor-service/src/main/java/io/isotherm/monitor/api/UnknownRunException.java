package io.isotherm.monitor.api;

/** Nothing is known of the run that was asked for. */
final class UnknownRunException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnknownRunException(String run) {
    super("no run named '" + (run.length() > 100 ? run.substring(0, 100) + "..." : run) + "'");
  }
}
