package io.isotherm.local.process;

import io.isotherm.terminal.UserError;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A started child process with its log. */
public final class ManagedProcess {

  /**
   * Runs a command with the terminal's signals ignored: Ctrl-C reaches the whole foreground group,
   * and the children shall end in the launcher's order, not all at once.
   */
  private static final List<String> DEAF_TO_THE_TERMINAL =
      List.of("/bin/sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh");

  private static final int MAX_TAIL_BYTES = 64 * 1024;

  private final ProcessSpec spec;
  private final Process process;

  private ManagedProcess(ProcessSpec spec, Process process) {
    this.spec = spec;
    this.process = process;
  }

  /**
   * Starts a process; its output goes to its log.
   *
   * @throws UserError if it cannot be started
   */
  static ManagedProcess start(ProcessSpec spec) {
    List<String> command = new ArrayList<>(DEAF_TO_THE_TERMINAL);
    command.addAll(spec.command());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(spec.directory().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(spec.log().toFile()));
    builder.environment().putAll(spec.environment());
    try {
      return new ManagedProcess(spec, builder.start());
    } catch (IOException e) {
      throw new UserError("cannot start %s: %s".formatted(spec.name(), e.getMessage()), e);
    }
  }

  /** What was started. */
  public ProcessSpec spec() {
    return spec;
  }

  /** The process's id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * How it ended, for the user; only for a process that has ended.
   *
   * @throws IllegalThreadStateException if it still runs
   */
  public String ending() {
    int status = process.exitValue();
    return status > 128 ? "killed by signal " + (status - 128) : "exit status " + status;
  }

  /** The last lines of its log. */
  public List<String> tail(int lines) {
    try {
      byte[] all = Files.readAllBytes(spec.log());
      int from = Math.max(0, all.length - MAX_TAIL_BYTES);
      List<String> last =
          new String(all, from, all.length - from, StandardCharsets.UTF_8).lines().toList();
      return last.subList(Math.max(0, last.size() - lines), last.size());
    } catch (IOException e) {
      return List.of("(the log cannot be read: " + e.getMessage() + ")");
    }
  }

  /** Asks it to end. */
  void terminate() {
    process.destroy();
  }

  /** Waits until it has ended, at most until {@code deadlineNanos}, then kills it. */
  void awaitEnd(long deadlineNanos) throws InterruptedException {
    if (!process.waitFor(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS)) {
      kill();
      process.waitFor(5, TimeUnit.SECONDS);
    }
  }

  /** Ends it at once. */
  void kill() {
    process.destroyForcibly();
  }
}
