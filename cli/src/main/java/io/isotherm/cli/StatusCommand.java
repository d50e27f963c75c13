package io.isotherm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.kafka.BrokerProblem;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.local.process.Readiness;
import io.isotherm.local.stack.ServicePorts;
import io.isotherm.local.stack.StackState;
import io.isotherm.local.stack.StackState.Member;
import io.isotherm.local.stack.StateFile;
import io.isotherm.methods.Json;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
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

  private static final Duration PATIENCE = Duration.ofSeconds(3);
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
    boolean allReady = showProcesses(terminal, state, broker);
    showRuns(terminal, state.page());
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

  private static boolean showProcesses(Terminal terminal, StackState state, KafkaSettings broker)
      throws InterruptedException {
    Readiness readiness = new Readiness();
    TextTable table =
        new TextTable(
            List.of("process", "pid", "address", "ready"),
            List.of(Align.LEFT, Align.RIGHT, Align.LEFT, Align.LEFT));
    Optional<String> trouble = trouble(broker);
    boolean all = true;
    for (Member member : state.members()) {
      boolean ready =
          member.readiness().isPresent()
              ? readiness.isReady(member.readiness().get())
              : trouble.isEmpty();
      all &= ready;
      table.add(
          member.name(),
          member.pid().map(String::valueOf).orElse("-"),
          member.address(),
          ready ? "yes" : "no");
    }
    table.lines().forEach(terminal::print);
    trouble.ifPresent(line -> terminal.print("  " + line));
    return all;
  }

  /** What is wrong with the broker; empty if it answers. */
  private static Optional<String> trouble(KafkaSettings broker) throws InterruptedException {
    try (Admin admin = KafkaClients.admin(broker, "isotherm-status", PATIENCE)) {
      admin.describeCluster().nodes().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return Optional.of(BrokerProblem.line(broker, e, PATIENCE));
    }
  }

  private static void showRuns(Terminal terminal, URI page) throws InterruptedException {
    terminal.print("");
    Optional<JsonNode> runs = runs(page);
    if (runs.isEmpty()) {
      terminal.print("  runs: unknown, the monitor does not answer");
      return;
    }
    if (runs.get().isEmpty()) {
      terminal.print("  no runs yet");
      return;
    }
    TextTable table =
        new TextTable(
            List.of("run", "phase", "step", "epoch", "loss", "accuracy"),
            List.of(Align.LEFT, Align.LEFT, Align.RIGHT, Align.RIGHT, Align.RIGHT, Align.RIGHT));
    for (JsonNode run : runs.get()) {
      table.add(
          run.path("run").asText(),
          run.path("phase").asText(),
          run.hasNonNull("step")
              ? run.path("step").asText() + "/" + run.path("totalSteps").asText("?")
              : "-",
          run.hasNonNull("epoch") ? run.path("epoch").asText() : "-",
          number(run.path("loss"), 1, "%.3f"),
          number(run.path("accuracy"), 100, "%.1f %%"));
    }
    table.lines().forEach(terminal::print);
  }

  private static String number(JsonNode value, double scale, String format) {
    return value.isNumber() ? String.format(Locale.ROOT, format, scale * value.asDouble()) : "-";
  }

  private static Optional<JsonNode> runs(URI page) throws InterruptedException {
    HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    HttpRequest request =
        HttpRequest.newBuilder(page.resolve("api/runs")).timeout(PATIENCE).build();
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      JsonNode body = Json.MAPPER.readTree(response.body());
      return response.statusCode() == 200 && body.isArray() ? Optional.of(body) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
