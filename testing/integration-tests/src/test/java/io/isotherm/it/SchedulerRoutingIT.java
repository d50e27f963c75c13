package io.isotherm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.methods.json.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Two instances of the scheduler share the runs, and each answers for all of them. */
class SchedulerRoutingIT {

  private static final long SEED = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration NO_DEADLINE = Duration.ofMinutes(10);

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void anyInstanceAnswersForAnyRun() {
    RecordedInput.Act start = RecordedInput.of(SEED).get(0);
    try (EmbeddedKafka kafka = EmbeddedKafka.start()) {
      TopicProvisioner.provision(KafkaSettings.at(kafka.bootstrapServers()), PATIENCE);
      try (SchedulerInput input = new SchedulerInput(kafka.bootstrapServers());
          SchedulerProcess first =
              new SchedulerProcess("scheduler-first", kafka.bootstrapServers());
          SchedulerProcess second =
              new SchedulerProcess("scheduler-second", kafka.bootstrapServers())) {
        first.start(NO_DEADLINE);
        second.start(NO_DEADLINE);
        input.publish(start.records());
        await().atMost(PATIENCE).until(() -> input.unread() == 0);

        // Both have some of the runs, and both list all of them.
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  assertThat(owners(first)).hasSize(2);
                  assertThat(get(second, "runs").body()).isEqualTo(get(first, "runs").body());
                });
        for (JsonNode run : json(get(first, "runs"))) {
          // Again and again, since a run that changes hands in between is not where it was.
          await()
              .atMost(PATIENCE)
              .untilAsserted(() -> assertBothShow(run.path("run").asText(), first, second));
        }
        for (SchedulerProcess instance : List.of(first, second)) {
          HttpResponse<String> unknown = get(instance, "runs/nobody");
          assertThat(unknown.statusCode()).isEqualTo(404);
        }

        // An order reaches the run wherever it is given.
        for (JsonNode run : json(get(first, "runs"))) {
          HttpResponse<String> order =
              post(second, "runs/" + run.path("run").asText() + "/hold", "{\"by\":\"ada\"}");
          assertThat(order.statusCode()).as(order.body()).isEqualTo(202);
        }
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(json(get(first, "runs")))
                        .allMatch(run -> run.path("onHold").asBoolean()));

        // The one that is left says that it is not ready, and then has everything.
        first.killIn(Duration.ZERO);
        HttpResponse<String> meanwhile = get(second, "runs");
        assertThat(meanwhile.statusCode()).isEqualTo(503);
        assertThat(meanwhile.headers().firstValue("Retry-After")).isPresent();
        assertThat(json(meanwhile).path("message").asText()).doesNotContain("\n");
        input.removeDeadMembers();
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  assertThat(get(second, "runs").statusCode()).isEqualTo(200);
                  assertThat(json(get(second, "runs")))
                      .hasSize(RecordedInput.RUNS)
                      .allMatch(run -> run.path("onHold").asBoolean());
                });
      }
    }
  }

  private void assertBothShow(String run, SchedulerProcess first, SchedulerProcess second) {
    String path = "runs/" + run;
    HttpResponse<String> one = get(first, path);
    assertThat(one.statusCode()).isEqualTo(200);
    assertThat(get(second, path).body()).isEqualTo(one.body());
    HttpResponse<String> decisions = get(first, path + "/decisions?limit=2");
    assertThat(json(decisions)).hasSize(2);
    assertThat(get(second, path + "/decisions?limit=2").body()).isEqualTo(decisions.body());
  }

  private Set<String> owners(SchedulerProcess asked) {
    Set<String> owners = new TreeSet<>();
    Set<String> runs = new HashSet<>();
    for (JsonNode run : json(get(asked, "runs"))) {
      owners.add(run.path("owner").asText());
      runs.add(run.path("run").asText());
    }
    assertThat(runs).hasSize(RecordedInput.RUNS);
    return owners;
  }

  private HttpResponse<String> get(SchedulerProcess instance, String path) {
    return send(HttpRequest.newBuilder(instance.address().resolve(path)).build());
  }

  private HttpResponse<String> post(SchedulerProcess instance, String path, String body) {
    return send(
        HttpRequest.newBuilder(instance.address().resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private HttpResponse<String> send(HttpRequest request) {
    URI uri = request.uri();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(uri + " does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return Json.MAPPER.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }
}
