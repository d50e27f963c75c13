package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.terminal.UserError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerApiTest {

  private static final String COUNTERS =
      """
      {"snapshotsTaken": 14, "snapshotsPublished": 13, "snapshotsDropped": 1,
       "decisionsApplied": 2, "decisionsRejected": 0, "stallNanos": 5, "trainingNanos": 50}
      """;

  private record Request(String line, String contentType, String body) {}

  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private HttpServer server;
  private URI runs;
  private TrainerApi trainer;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    runs = address.resolve("runs");
    trainer = new TrainerApi(address);
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "linear   | 1epoch  | '{\"name\": \"linear\", \"minFactor\": 0.5, \"maxFactor\": 1.5,"
            + " \"selection\": {\"excludeFirst\": true, \"excludeLast\": true,"
            + " \"minEigenvalues\": 50}, \"compatibility\": \"sane\"}' | '{\"epochs\": 1}'",
        "constant | 50steps | '{\"name\": \"constant\"}' | '{\"steps\": 50}'"
      })
  void anOrderIsWhatTheUserAskedFor(String policy, String every, String spec, String interval)
      throws Exception {
    answer(202, "{}");

    trainer.order(
        new DemoSettings("demo", 3, -7, Policies.CATALOGUE.named(policy), Every.parse(every)));

    Request request = requests.poll(10, TimeUnit.SECONDS);
    assertThat(request.line()).isEqualTo("POST /runs");
    assertThat(request.contentType()).isEqualTo("application/json");
    assertThat(Json.MAPPER.readTree(request.body()))
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                {"run": "demo", "epochs": 3, "seed": -7, "policy": %s, "every": %s}
                """
                    .formatted(spec, interval)));
  }

  @Test
  void anOrderNamesShadowsAndEstimatorIfTheUserDoes() throws Exception {
    answer(202, "{}");

    trainer.order(
        new DemoSettings(
            "demo",
            3,
            1,
            PolicySpec.DEFAULT,
            new TreeMap<>(Map.of("none", new PolicySpec.Constant())),
            Optional.of(EstimatorSpec.WeightWatcher.defaults()),
            Every.parse("1epoch")));

    JsonNode body = Json.MAPPER.readTree(requests.poll(10, TimeUnit.SECONDS).body());
    assertThat(body.get("shadows"))
        .isEqualTo(Json.MAPPER.readTree("{\"none\": {\"name\": \"constant\"}}"));
    assertThat(body.at("/estimator/name").textValue()).isEqualTo("weightwatcher");
  }

  @Test
  void aRefusalIsToldInTheTrainersWords() {
    answer(409, "{\"message\": \"run 'demo' is training\", \"field\": \"run\"}");

    assertThatThrownBy(() -> trainer.order(settings()))
        .isInstanceOf(UserError.class)
        .hasMessage("trainer-service at " + runs + " refused: run 'demo' is training");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>\n<body>oops</body></html>", "{}", "[1]", "{\"message\": 5}"})
  void aRefusalWithoutWordsIsToldByItsStatus(String body) {
    answer(500, body);

    assertThatThrownBy(() -> trainer.order(settings()))
        .isInstanceOf(UserError.class)
        .hasMessage("trainer-service at " + runs + " refused: status 500");
  }

  @Test
  void anOrderToNobodyIsOneLine() {
    server.stop(0);

    assertThatThrownBy(() -> trainer.order(settings()))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("trainer-service does not answer at " + runs + ": ")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aRunIsReadWithItsCounters() throws Exception {
    answer(200, "{\"state\": \"training\", \"later\": {}, \"counters\": " + COUNTERS + "}");

    TrainerApi.Status status = trainer.status("demo").orElseThrow();

    assertThat(requests.poll(10, TimeUnit.SECONDS).line()).isEqualTo("GET /runs/demo");
    assertThat(status.state()).isEqualTo("training");
    assertThat(status.ended()).isFalse();
    assertThat(status.cause()).isEmpty();
    assertThat(status.counters()).isEqualTo(new ClientCounters(14, 13, 1, 2, 0, 5, 50));
  }

  @ParameterizedTest
  @CsvSource({
    "queued, false",
    "training, false",
    "finished, true",
    "stopped, true",
    "failed, true"
  })
  void aRunEndsInThreeWays(String state, boolean ended) throws Exception {
    answer(
        200,
        "{\"state\": \"%s\", \"cause\": \"why\", \"counters\": %s}".formatted(state, COUNTERS));

    TrainerApi.Status status = trainer.status("demo").orElseThrow();

    assertThat(status.ended()).isEqualTo(ended);
    assertThat(status.cause()).contains("why");
  }

  @Test
  void anUnknownRunIsToldInTheTrainersWords() {
    answer(404, "{\"message\": \"there is no run 'demo' here\", \"field\": \"run\"}");

    assertThatThrownBy(() -> trainer.status("demo"))
        .isInstanceOf(UserError.class)
        .hasMessage("trainer-service at " + runs + " refused: there is no run 'demo' here");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{\"state\": \"training\", \"counters\": {\"snapshotsTaken\":\n",
        "{}",
        "[]",
        "{\"state\": \"training\"}",
        "{\"state\": \"training\", \"counters\": null}",
        "{\"state\": \"training\", \"counters\": {}}",
        "{\"state\": \"training\", \"counters\": 7}"
      })
  void anAnswerThatIsNoStatusIsOneLine(String body) {
    answer(200, body);

    assertThatThrownBy(() -> trainer.status("demo"))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("trainer-service at " + runs + " gave an answer that")
        .hasMessageNotContaining("\n");
  }

  @Test
  void aTrainerThatDoesNotAnswerIsNoErrorYet() throws Exception {
    server.stop(0);

    assertThat(trainer.status("demo")).isEmpty();
  }

  private static DemoSettings settings() {
    return new DemoSettings("demo", 3, 1, PolicySpec.DEFAULT, new Every(1, Every.Unit.EPOCHS));
  }

  private void answer(int status, String body) {
    server.createContext(
        "/",
        exchange -> {
          requests.add(
              new Request(
                  exchange.getRequestMethod() + " " + exchange.getRequestURI(),
                  exchange.getRequestHeaders().getFirst("Content-Type"),
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
