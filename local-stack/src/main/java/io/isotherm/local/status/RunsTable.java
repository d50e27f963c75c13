package io.isotherm.local.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.json.Json;
import io.isotherm.terminal.Terminal;
import io.isotherm.terminal.TextTable;
import io.isotherm.terminal.TextTable.Align;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The runs that the monitor of a stack knows. */
public final class RunsTable {

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private RunsTable() {}

  /**
   * Shows them.
   *
   * @param page address of the monitor
   */
  public static void show(Terminal terminal, URI page) throws InterruptedException {
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
