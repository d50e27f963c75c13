package io.isotherm.monitor.api;

/** As many streams of events are open as the monitor serves. */
final class TooManyWatchersException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TooManyWatchersException(int limit) {
    super(
        limit + " streams of events are open, the most that isotherm.monitor.max-watchers allows");
  }
}
