package io.isotherm.standalone.process;

import io.isotherm.standalone.UserError;

/** A child process that ended too early or did not get ready. */
public final class ChildFailedException extends UserError {

  private static final long serialVersionUID = 1L;

  private static final int LINES = 15;

  private ChildFailedException(String message) {
    super(message);
  }

  /** The process is gone. */
  static ChildFailedException ended(ManagedProcess process) {
    return new ChildFailedException(
        "%s ended unexpectedly (%s)%s"
            .formatted(process.spec().name(), process.ending(), log(process)));
  }

  /** The process runs, but did not say that it is ready. */
  static ChildFailedException notReady(ManagedProcess process, long seconds) {
    return new ChildFailedException(
        "%s was not ready after %d s%s".formatted(process.spec().name(), seconds, log(process)));
  }

  private static String log(ManagedProcess process) {
    StringBuilder text = new StringBuilder("; the last lines of ");
    text.append(process.spec().log()).append(':');
    process.tail(LINES).forEach(line -> text.append("\n  | ").append(line));
    return text.toString();
  }
}
