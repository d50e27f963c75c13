package io.isotherm.it;

import io.isotherm.local.stack.Service;
import java.net.URI;
import java.time.Duration;
import java.util.Map;

/** A scheduler service without the other services; it can be killed and started again. */
final class SchedulerProcess implements AutoCloseable {

  private final ServiceProcess process;

  /**
   * Nothing is started yet.
   *
   * @param folder for its log and its state, below {@code target}
   */
  SchedulerProcess(String folder, String bootstrapServers) {
    process = new ServiceProcess(Service.SCHEDULER, folder, bootstrapServers);
  }

  /** Where it listens, with a slash at the end. */
  URI address() {
    return process.address();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Starts it, again with the state that it left on disk. */
  void start(Duration deadline) {
    process.start(
        Map.of(
            "ISOTHERM_SCHEDULER_DECISION_DEADLINE",
            deadline.toMillis() + "ms",
            // It will not live long enough for the second compiler.
            "JAVA_TOOL_OPTIONS",
            "-XX:TieredStopAtLevel=1"));
  }

  void awaitReady() {
    process.awaitReady();
  }

  /** SIGKILL after {@code delay}: the process has no chance to do anything more. */
  void killIn(Duration delay) {
    process.killIn(delay);
  }

  @Override
  public void close() {
    process.close();
  }
}
