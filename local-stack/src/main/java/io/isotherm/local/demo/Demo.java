package io.isotherm.local.demo;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.RunningStack;
import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.WorkDirectory;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starts a stack in a temporary folder, trains on it, sums up, and leaves nothing behind but what
 * was asked for; after a failure it leaves the logs.
 */
public final class Demo {

  private static final String RUN = "demo";

  /** For the broker's segments, which are allocated as they fill, and the logs. */
  private static final long NEEDED_MEGABYTES = 512;

  private final DemoSettings settings;
  private final DemoOutputs outputs;
  private final Terminal terminal;

  /**
   * A demonstration.
   *
   * @param settings what is trained
   * @param outputs files that are written at its end
   */
  public Demo(DemoSettings settings, DemoOutputs outputs, Terminal terminal) {
    this.settings = settings;
    this.outputs = outputs;
    this.terminal = terminal;
  }

  /**
   * A name for the run.
   *
   * @param cluster that it works on, where others may have shown the demo before; empty for a
   *     broker of its own
   */
  public static String runName(Optional<KafkaSettings> cluster) {
    return cluster.map(others -> RUN + "-" + Instant.now().getEpochSecond()).orElse(RUN);
  }

  /**
   * Shows it.
   *
   * @param cluster somebody else's Kafka cluster to work on; empty for a broker of its own
   * @param keep whether the services stay up after the summary, until a signal
   * @throws UserError if a process or the training fails
   */
  public void run(
      Installation installation, ServicePorts ports, Optional<KafkaSettings> cluster, boolean keep)
      throws InterruptedException {
    WorkDirectory work = WorkDirectory.temporary(NEEDED_MEGABYTES);
    AtomicBoolean failed = new AtomicBoolean();
    try (RunningStack stack =
        new RunningStack(
            installation, ports, work, cluster, terminal, () -> cleanUp(work, failed.get()))) {
      try {
        train(stack, ports);
        if (keep) {
          keepUp(stack, ports);
        }
      } catch (InterruptedException | RuntimeException e) {
        stack.requireWanted();
        failed.set(true);
        throw e;
      }
    }
  }

  private void train(RunningStack stack, ServicePorts ports) throws InterruptedException {
    stack.start();
    terminal.print("Watch it at " + terminal.bold(ports.address(Service.MONITOR).toString()));
    DemoReport report =
        new WatchedRun(
                settings,
                stack.stack().kafka(),
                ports.address(Service.TRAINER),
                terminal,
                stack::requireAlive)
            .run();
    terminal.print("");
    terminal.print(terminal.bold("Summary"));
    report.summary().lines().forEach(terminal::print);
    outputs.write(
        report,
        stack.stack().checkpoints().resolve(settings.run() + ".safetensors"),
        terminal::print);
  }

  private void keepUp(RunningStack stack, ServicePorts ports) throws InterruptedException {
    terminal.print(
        "The services stay up: page %s, broker %s. Ctrl-C ends them."
            .formatted(ports.address(Service.MONITOR), stack.stack().kafka().bootstrapServers()));
    stack.stayUp();
  }

  private void cleanUp(WorkDirectory work, boolean failed) {
    outputs.close();
    if (failed) {
      terminal.print("Logs and data are kept in " + work.path());
    } else {
      work.delete();
    }
  }
}
