package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.methods.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.function.Predicate;

/** Orders runs over REST, and looks at them. */
final class TrainerClient {

  /** Two epochs take half a minute on an idle core. */
  private static final Duration TRAINED_WITHIN = Duration.ofMinutes(6);

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI runs;

  TrainerClient(URI address) {
    runs = address.resolve("runs");
  }

  /** Orders a run with a snapshot of all layers every {@code steps} steps. */
  void order(String run, int epochs, int steps) {
    HttpRequest request =
        HttpRequest.newBuilder(runs)
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"run\":\"%s\",\"epochs\":%d,\"seed\":5,\"every\":{\"steps\":%d}}"
                        .formatted(run, epochs, steps)))
            .build();
    HttpResponse<String> response = send(request);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
  }

  JsonNode status(String run) {
    HttpResponse<String> response =
        send(HttpRequest.newBuilder(URI.create(runs + "/" + run)).build());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    try {
      return Json.MAPPER.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }

  JsonNode awaitStatus(String run, Predicate<JsonNode> condition) {
    return await()
        .atMost(TRAINED_WITHIN)
        .pollInterval(Duration.ofMillis(300))
        .until(() -> status(run), condition);
  }

  JsonNode awaitEnd(String run) {
    return awaitStatus(
        run,
        status -> Set.of("finished", "stopped", "failed").contains(status.path("state").asText()));
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("the trainer service does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
