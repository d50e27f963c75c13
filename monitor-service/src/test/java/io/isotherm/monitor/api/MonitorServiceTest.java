package io.isotherm.monitor.api;

import static io.isotherm.monitor.Samples.BLOCK;
import static io.isotherm.monitor.Samples.analysed;
import static io.isotherm.monitor.Samples.decision;
import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.heldDecision;
import static io.isotherm.monitor.Samples.progress;
import static io.isotherm.monitor.Samples.shadowDecision;
import static io.isotherm.monitor.Samples.shadowed;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.control.Signature;
import io.isotherm.monitor.TestProducer;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(TestKafka.class)
class MonitorServiceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static TestProducer producer;

  @TestHTTPResource URI address;

  @BeforeAll
  static void openProducer() {
    producer = new TestProducer();
  }

  @AfterAll
  static void closeProducer() {
    producer.close();
  }

  @Test
  void messagesOnTheBrokerAppearInTheListAndOnTheRunsPage() throws Exception {
    producer.send(Messages.RUNS, description("api-run", 5));
    producer.send(Messages.SPECTRA, analysed("api-run", 5, 100, BLOCK, 2.6));
    producer.send(Messages.LEARNING_RATES, decision("api-run", 5, 1, 100));
    producer.send(Messages.PROGRESS, progress("api-run", 5, 120));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                when()
                    .get("/api/runs/api-run")
                    .then()
                    .statusCode(200)
                    .body("head.step", equalTo(120))
                    .body("head.title", equalTo("ResNet-14 on Fashion-MNIST"))
                    .body("head.lastDecisionStep", equalTo(100))
                    .body("policy.name", equalTo("linear"))
                    .body("layers.row.name", equalTo(List.of("stem", BLOCK, "head")))
                    .body("layers[1].alpha.steps", equalTo(List.of(100)))
                    .body("layers[1].factor.values", equalTo(List.of(1.25f)))
                    .body("layers[1].row.spectrum.histogram.counts.size()", equalTo(100))
                    .body("layers[1].row.rate.role", equalTo("tuned")));
    when().get("/api/runs").then().statusCode(200).body("run", hasItem("api-run"));
  }

  @Test
  void shadowsWeightDecayAndHoldsAreInTheApi() throws Exception {
    producer.send(Messages.RUNS, shadowed("api-shadows", 5, "careful"));
    producer.send(
        Messages.LEARNING_RATES,
        heldDecision("api-shadows", 5, 1, 0.5, new Signature("ann", 1_700_000_000_000L)));
    producer.send(Messages.SHADOW_DECISIONS, shadowDecision("api-shadows", 5, 1, "careful", 0.875));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                when()
                    .get("/api/runs/api-shadows")
                    .then()
                    .statusCode(200)
                    .body("head.hold.by", equalTo("ann"))
                    .body("head.policyBy.atMillis", equalTo(1_700_000_000_000L))
                    .body("head.policyInForce.name", equalTo("hybrid"))
                    .body("layers[1].row.rate.role", equalTo("held"))
                    .body("layers[1].row.rate.weightDecay.factor", equalTo(1.5f))
                    .body("layers[1].row.shadows.careful.factor", equalTo(0.875f)));

    try (EventReader events = new EventReader(address.resolve("/api/runs/api-shadows/events"))) {
      events.nextNamed("hello");
      producer.send(
          Messages.SHADOW_DECISIONS, shadowDecision("api-shadows", 5, 2, "careful", 0.625));
      assertThat(events.nextNamed("shadowed"))
          .contains("\"shadow\":\"careful\"", "\"factor\":0.625", "\"step\":200");
    }
  }

  @Test
  void unknownRunIsNotFoundWithAMessage() {
    when()
        .get("/api/runs/nobody")
        .then()
        .statusCode(404)
        .contentType(ContentType.JSON)
        .body("message", equalTo("no run named 'nobody'"));
    when()
        .get("/api/runs/nobody/events")
        .then()
        .statusCode(404)
        .contentType(ContentType.JSON)
        .body("message", equalTo("no run named 'nobody'"));
  }

  @Test
  void changesArePushedToWhoeverWatchesTheRun() throws Exception {
    producer.send(Messages.RUNS, description("pushed", 1));
    await().atMost(PATIENCE).until(() -> knows("pushed"));

    try (EventReader events = new EventReader(address.resolve("/api/runs/pushed/events"))) {
      assertThat(events.nextNamed("hello")).isEqualTo("data:{\"keepAliveMillis\":15000}");
      producer.send(Messages.PROGRESS, progress("pushed", 1, 10));
      assertThat(events.nextNamed("progressed")).contains("\"step\":10");
      producer.send(Messages.SPECTRA, analysed("pushed", 1, 10, BLOCK, 3.25));
      assertThat(events.nextNamed("answered")).contains("\"alpha\":3.25");
      producer.send(Messages.LEARNING_RATES, decision("pushed", 1, 1, 10));
      assertThat(events.nextNamed("decided")).contains("\"revision\":1");
      producer.send(Messages.PROGRESS, progress("pushed", 2, 10));
      assertThat(events.nextNamed("described")).contains("\"incarnation\":2");
    }
  }

  @Test
  void hostileRecordsAreCountedAndPassedOver() throws Exception {
    long before = unreadable("isotherm.progress");

    producer.sendRaw(Topic.PROGRESS, "hostile", "{\"run\":".getBytes(StandardCharsets.UTF_8));
    producer.sendRaw(Topic.PROGRESS, null, null);
    producer.sendRaw(Topic.PROGRESS, "hostile", new byte[100_000]);
    producer.sendRaw(Topic.RUNS, "<img src=x onerror=alert(1)>", new byte[] {1});
    producer.send(Messages.RUNS, description("after-hostile", 1));

    await().atMost(PATIENCE).until(() -> knows("after-hostile"));
    await().atMost(PATIENCE).until(() -> unreadable("isotherm.progress") == before + 3);
    when().get("/api/runs").then().body("run", not(hasItem(containsString("<"))));
    when().get("/q/health/ready").then().statusCode(200);
  }

  @Test
  void olderIncarnationsAreDroppedAndCounted() throws Exception {
    producer.send(Messages.RUNS, description("fenced", 9));
    producer.send(Messages.PROGRESS, progress("fenced", 9, 50));
    await().atMost(PATIENCE).until(() -> knows("fenced"));
    int before = when().get("/api/status").path("fenced");

    producer.send(Messages.PROGRESS, progress("fenced", 8, 700));

    await()
        .atMost(PATIENCE)
        .until(() -> when().get("/api/status").<Integer>path("fenced") == before + 1);
    when().get("/api/runs/fenced").then().body("head.step", equalTo(50));
  }

  @Test
  void readyOnlyOnceEverythingFromBeforeTheStartHasBeenRead() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                when()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body(
                        "checks.find { it.name == 'caught up with the broker' }.status",
                        equalTo("UP")));
    when().get("/api/status").then().body("caughtUp", equalTo(true));
  }

  @Test
  void everyAnswerTellsTheBrowserToRunNothingButThePagesOwnFiles() {
    for (String path : List.of("/", "/monitor/app.js", "/api/runs", "/api/runs/nobody")) {
      when()
          .get(path)
          .then()
          .header("Content-Security-Policy", containsString("default-src 'self'"))
          .header("Content-Security-Policy", not(containsString("unsafe")))
          .header("X-Content-Type-Options", equalTo("nosniff"))
          .header("X-Frame-Options", equalTo("DENY"));
    }
  }

  @Test
  void pageLoadsTheChartingLibraryThatIsOnTheClassPath() {
    String page = when().get("/").then().statusCode(200).extract().asString();

    String script = page.replaceAll("(?s).*src=\"(/_static/echarts/[^\"]+)\".*", "$1");

    given().when().get(script).then().statusCode(200).body(containsString("echarts"));
    assertThat(page).doesNotContain("<script>").doesNotContain("style=").doesNotContain("onclick");
  }

  @Test
  void openApiDocumentDescribesThePaths() {
    when()
        .get("/q/openapi?format=json")
        .then()
        .statusCode(200)
        .body("paths.'/api/runs/{run}'.get.responses.'404'", notNullValue())
        .body("components.schemas.RunHead.properties.step", notNullValue());
  }

  @Test
  void pageOfMessagesNamesTheRequestsThatAreAnsweredAndNoOthers() throws IOException {
    Map<String, Map<String, Object>> paths =
        when().get("/q/openapi?format=json").jsonPath().getMap("paths");
    String page = Files.readString(Path.of("../docs/asyncapi.yaml"));

    assertThat(Pattern.compile("`(GET /api/[^`]*)`").matcher(page).results())
        .extracting(named -> named.group(1))
        .containsExactlyInAnyOrderElementsOf(
            paths.keySet().stream().map(path -> "GET " + path.replace("{run}", "RUN")).toList());
    assertThat(paths.values()).allSatisfy(path -> assertThat(path).doesNotContainKey("post"));
  }

  private static boolean knows(String run) {
    return when().get("/api/runs/" + run).statusCode() == 200;
  }

  private static long unreadable(String topic) {
    return given().get("/api/status").<Integer>path("unreadable.'" + topic + "'");
  }

  /** Reads a stream of events line by line on a thread of its own. */
  private static final class EventReader implements AutoCloseable {

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final HttpResponse<InputStream> response;

    EventReader(URI stream) throws Exception {
      response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(stream).build(),
                  HttpResponse.BodyHandlers.ofInputStream());
      assertThat(response.statusCode()).isEqualTo(200);
      Thread thread = new Thread(this::read, "event-reader");
      thread.setDaemon(true);
      thread.start();
    }

    String next() throws InterruptedException {
      return lines.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** The data of the next event, which must have that name; signs of life aside. */
    String nextNamed(String name) throws InterruptedException {
      String line = next();
      while (line != null && (!line.startsWith("event:") || line.equals("event:alive"))) {
        line = next();
      }
      assertThat(line).isEqualTo("event:" + name);
      return next();
    }

    private void read() {
      new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.isBlank())
          .forEach(lines::add);
    }

    @Override
    public void close() throws IOException {
      response.body().close();
    }
  }
}
