package io.isotherm.local.stack;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.process.ManagedProcess;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A stack whose data are kept, for any client, until somebody ends it. */
public final class KeptStack {

  private static final long NEEDED_MEGABYTES = 1024;

  private KeptStack() {}

  /**
   * Starts it, tells others where it is, and never returns: ends by a signal, or with an exception
   * when a process ends.
   *
   * @param folder of data, logs and state
   * @param cluster somebody else's Kafka cluster to work on; empty for a broker of its own
   * @throws UserError if a process fails, or another stack has the folder or a port
   */
  public static void run(
      Installation installation,
      ServicePorts ports,
      Path folder,
      Optional<KafkaSettings> cluster,
      Terminal terminal)
      throws InterruptedException {
    WorkDirectory work = WorkDirectory.kept(folder, NEEDED_MEGABYTES);
    try (StateFile state = StateFile.own(folder)) {
      ports.requireFree();
      try (RunningStack stack =
          new RunningStack(installation, ports, work, cluster, terminal, state::close)) {
        stack.start();
        state.write(
            StackState.of(
                ProcessHandle.current().pid(),
                ports,
                stack.stack().kafka().bootstrapServers(),
                name -> pid(stack.stack().processes(), name)));
        addresses(terminal, ports, folder, stack.stack());
        stack.stayUp();
      }
    }
  }

  private static void addresses(Terminal terminal, ServicePorts ports, Path folder, Stack stack) {
    String broker = stack.kafka().bootstrapServers();
    terminal.print("");
    terminal.print("  page       " + terminal.bold(ports.address(Service.MONITOR).toString()));
    terminal.print("  broker     " + broker);
    terminal.print("  trainer    " + ports.address(Service.TRAINER) + "runs");
    terminal.print("  spectral   " + ports.address(Service.SPECTRAL));
    terminal.print("  scheduler  " + ports.address(Service.SCHEDULER));
    terminal.print("  data       " + folder);
    terminal.print(
        "  weights    "
            + stack.checkpoints()
            + " (of runs that have ended, for ./isotherm analyze)");
    terminal.print("");
    terminal.print("Train with the trainer service:");
    terminal.print(
        "  curl -H 'Content-Type: application/json' -d '{\"run\": \"first\"}' %sruns"
            .formatted(ports.address(Service.TRAINER)));
    terminal.print("or balance a training loop of your own:");
    terminal.print(
        "  PyTorch    isotherm.balance(model, optimizer, run=\"first\", total_steps=1000,"
            + " servers=\"%s\"), see clients/python".formatted(broker));
    terminal.print(
        "  Java       ClientConfig of bootstrap servers %s, see clients/java".formatted(broker));
    terminal.print("");
    terminal.print("Ctrl-C ends everything, as ./isotherm stop does; the data stay.");
  }

  private static Optional<Long> pid(List<ManagedProcess> processes, String name) {
    return processes.stream()
        .filter(process -> process.spec().name().equals(name))
        .map(ManagedProcess::pid)
        .findFirst();
  }
}
