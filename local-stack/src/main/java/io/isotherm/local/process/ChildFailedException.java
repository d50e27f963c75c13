package io.isotherm.local.process;

import io.isotherm.terminal.UserError;

/** A child process that ended too early or did not get ready. */
public final class ChildFailedException extends UserError {

  private static final long serialVersionUID = 1L;

  private static final int LINES = 15;
  private static final int MAX_COLUMNS = 240;

  private ChildFailedException(String message) {
    super(message);
  }

  /** The process is gone. */
  static ChildFailedException ended(ManagedProcess process) {
    return new ChildFailedException(
        "%s ended unexpectedly (%s)%s"
            .formatted(process.spec().name(), process.ending(), log(process)));
  }

  /**
   * The process runs, but did not say that it is ready.
   *
   * @param detail what it said instead
   */
  static ChildFailedException notReady(ManagedProcess process, long seconds, String detail) {
    return new ChildFailedException(
        "%s was not ready after %d s: %s%s"
            .formatted(process.spec().name(), seconds, detail, log(process)));
  }

  private static String log(ManagedProcess process) {
    StringBuilder text = new StringBuilder("; the last lines of ");
    text.append(process.spec().log()).append(':');
    process.tail(LINES).forEach(line -> text.append("\n  | ").append(cut(line)));
    return text.toString();
  }

  private static String cut(String line) {
    return line.length() > MAX_COLUMNS ? line.substring(0, MAX_COLUMNS) + "..." : line;
  }
}
