package io.isotherm.cli;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.process.ManagedProcess;
import io.isotherm.local.stack.Installation;
import io.isotherm.local.stack.RunningStack;
import io.isotherm.local.stack.Service;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.Stack;
import io.isotherm.local.stack.StackState;
import io.isotherm.local.stack.StateFile;
import io.isotherm.local.stack.WorkDirectory;
import io.isotherm.terminal.Terminal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code start}: broker and services for any client, with data that is kept. */
@Command(
    name = "start",
    description = {
      "Starts a Kafka broker and the services, for any client to connect to, until Ctrl-C.",
      "",
      "The broker's data are kept in a folder and are there again at the next start. With"
          + " --bootstrap-servers or --kafka-config (or KAFKA_* in the environment) the services"
          + " work on that Kafka cluster, and no broker is started.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StartCommand implements Callable<Integer> {

  private static final long NEEDED_MEGABYTES = 1024;

  @Mixin private DataOption data;
  @Mixin private PortOptions portOptions;
  @Mixin private KafkaOptions kafka;

  @Override
  public Integer call() throws InterruptedException {
    Optional<KafkaSettings> cluster = kafka.named();
    ServicePorts ports = portOptions.ports(cluster.isEmpty());
    Installation installation = Isotherm.installation();
    installation.requireBuilt();
    Path folder = data.folder(installation);
    WorkDirectory work = WorkDirectory.kept(folder, NEEDED_MEGABYTES);
    Terminal terminal = Terminal.standardOutput(System.getenv());
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
    return 0;
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
    terminal.print(
        "or from a training loop of your own with the Java client: ClientConfig of bootstrap"
            + " servers "
            + broker);
    terminal.print("");
    terminal.print("Ctrl-C ends everything; the data stay.");
  }

  private static Optional<Long> pid(List<ManagedProcess> processes, String name) {
    return processes.stream()
        .filter(process -> process.spec().name().equals(name))
        .map(ManagedProcess::pid)
        .findFirst();
  }
}
