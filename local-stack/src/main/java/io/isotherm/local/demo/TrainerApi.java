package io.isotherm.local.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.checks.OneLine;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.methods.json.Json;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** The REST interface of the trainer service. */
public final class TrainerApi {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Set<String> ENDED = Set.of("finished", "stopped", "failed");

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
  private final URI runs;

  /**
   * The trainer at an address.
   *
   * @param address with a slash at its end
   */
  public TrainerApi(URI address) {
    this.runs = address.resolve("runs");
  }

  /**
   * A run as its trainer sees it.
   *
   * @param state {@code queued}, {@code training}, {@code finished}, {@code stopped} or {@code
   *     failed}
   * @param cause why it failed
   * @param counters of its client
   */
  public record Status(String state, Optional<String> cause, ClientCounters counters) {

    /** Whether nothing more will be trained. */
    public boolean ended() {
      return ENDED.contains(state);
    }
  }

  /**
   * Orders a run.
   *
   * @throws UserError with the trainer's own words if it refuses
   */
  public void order(DemoSettings settings) throws InterruptedException {
    String body;
    try {
      body = Json.MAPPER.writeValueAsString(settings.order());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    HttpRequest request =
        HttpRequest.newBuilder(runs)
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<byte[]> response = send(request);
    if (response.statusCode() != 202) {
      throw refused(response);
    }
  }

  /**
   * Asks how a run is doing; empty if the trainer does not answer in time.
   *
   * @throws UserError with the trainer's own words if it does not know the run, or if its answer
   *     cannot be read
   */
  public Optional<Status> status(String run) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(runs + "/" + run)).timeout(PATIENCE).build();
    HttpResponse<byte[]> response;
    try {
      response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw refused(response);
    }
    return Optional.of(read(response.body()));
  }

  private Status read(byte[] body) {
    String wrong;
    try {
      JsonNode status = Json.MAPPER.readTree(body);
      JsonNode state = status.path("state");
      JsonNode counters = status.path("counters");
      if (state.isTextual() && counters.isObject()) {
        return new Status(
            state.textValue(),
            Optional.ofNullable(status.path("cause").textValue()),
            Json.MAPPER.treeToValue(counters, ClientCounters.class));
      }
      wrong = "state or counters are missing";
    } catch (JsonProcessingException e) {
      wrong = OneLine.first(e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new UserError(
        "trainer-service at %s gave an answer that cannot be read: %s".formatted(runs, wrong));
  }

  private HttpResponse<byte[]> send(HttpRequest request) throws InterruptedException {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new UserError("trainer-service does not answer at %s: %s".formatted(runs, e), e);
    }
  }

  private UserError refused(HttpResponse<byte[]> response) {
    String reason;
    try {
      reason = Json.MAPPER.readTree(response.body()).path("message").textValue();
    } catch (IOException e) {
      reason = null;
    }
    return new UserError(
        "trainer-service at %s refused: %s"
            .formatted(runs, reason == null ? "status " + response.statusCode() : reason));
  }
}
