package io.isotherm.cli;

import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.StackState;
import io.isotherm.local.stack.StateFile;
import io.isotherm.local.status.ProcessesTable;
import io.isotherm.local.status.RunsTable;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.UserError;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code status}: how the broker, the services and the runs are. */
@Command(
    name = "status",
    description = {
      "Shows the processes of a started stack and the runs.",
      "",
      "Exit status 0 if all are ready, 1 if not or if nothing runs.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class StatusCommand implements Callable<Integer> {

  private static final int LOCAL_BROKER_PORT = 9092;
  private static final int MAX_HTTP_PORT = 65_532;

  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Mixin private KafkaOptions kafka;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "ask the services at this port and the next three, whoever started them")
  private Optional<Integer> httpPort;

  @Override
  public Integer call() throws InterruptedException {
    Optional<KafkaSettings> named = kafka.named();
    StackState state = state(named);
    KafkaSettings broker = named.orElseGet(() -> KafkaSettings.at(state.bootstrapServers()));
    Terminal terminal = Terminal.standardOutput(System.getenv());
    boolean allReady = ProcessesTable.show(terminal, state, broker);
    RunsTable.show(terminal, state.page());
    return allReady ? 0 : 1;
  }

  private StackState state(Optional<KafkaSettings> named) {
    if (kafka.namesAddress() || httpPort.isPresent()) {
      return given(named);
    }
    Path folder = data.folder(Isotherm.installation());
    return StateFile.ofRunning(folder)
        .or(() -> named.map(cluster -> given(named)))
        .orElseThrow(
            () ->
                new UserError(
                    "nothing runs with data folder %s: start it with ./isotherm start, or give"
                            .formatted(folder)
                        + " --bootstrap-servers and --http-port"));
  }

  private StackState given(Optional<KafkaSettings> named) {
    int first = httpPort.orElse(8080);
    if (first < 1 || first > MAX_HTTP_PORT) {
      throw new ParameterException(
          spec.commandLine(),
          "--http-port must be from 1 to %d, got: %d".formatted(MAX_HTTP_PORT, first));
    }
    ServicePorts ports = ServicePorts.of(LOCAL_BROKER_PORT, first);
    return StackState.of(
        ProcessHandle.current().pid(),
        ports,
        named.map(KafkaSettings::bootstrapServers).orElse(ports.bootstrapServers()),
        name -> Optional.empty());
  }
}
