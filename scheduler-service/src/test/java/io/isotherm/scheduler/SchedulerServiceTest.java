package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.analysed;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.testkit.TestKafka;
import io.isotherm.testkit.TopicReader;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service as it ships, with a real broker. */
@QuarkusTest
@QuarkusTestResource(TestKafka.class)
@TestProfile(SchedulerServiceTest.Settings.class)
class SchedulerServiceTest {

  private static final long SECONDS_TO_DECIDE = 60;

  /** The formula and the service round differently. */
  private static final double ROUNDING = 1e-12;

  private final TopicReader topics = new TopicReader(TestKafka.broker().bootstrapServers());
  private BrokerClient broker;

  /** What differs from the service's defaults. */
  public static class Settings implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        return Map.of(
            "quarkus.http.test-port", "0",
            "isotherm.scheduler.decision-deadline", "2s",
            "isotherm.scheduler.state-dir",
                Files.createTempDirectory("isotherm-scheduler").toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @BeforeEach
  void connect() {
    broker = new BrokerClient(TestKafka.broker().bootstrapServers());
  }

  @AfterEach
  void disconnect() {
    broker.close();
  }

  @Test
  void factorsAreThoseOfTheAlphas() {
    Map<String, Double> alphas = Map.of("conv1", 2.31, "conv2", 3.07, "fc", 5.9);
    broker.send(Messages.RUNS.encode(Samples.run("factors")));

    alphas.forEach(
        (layer, alpha) ->
            broker.send(Messages.SPECTRA.encode(analysed("factors", 300, layer, alpha))));

    await().atMost(SECONDS_TO_DECIDE, SECONDS).until(() -> !broker.decisions("factors").isEmpty());
    Decision decision = broker.decisions("factors").get(0);
    assertThat(decision.step()).isEqualTo(300);
    assertThat(decision.missing()).isEmpty();
    for (LayerRate rate : decision.layers()) {
      double alpha = alphas.get(rate.follows().orElse(rate.layer()));
      assertThat(rate.factor())
          .isCloseTo(0.5 + (alpha - 2.31) / (5.9 - 2.31) * (1.5 - 0.5), within(ROUNDING));
    }
  }

  @Test
  void deadlineDecidesWhenALayerDoesNotCome() {
    broker.send(Messages.RUNS.encode(Samples.run("deadline")));

    broker.send(Messages.SPECTRA.encode(analysed("deadline", 100, "conv1", 2.0)));

    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () ->
                assertThat(broker.decisions("deadline"))
                    .extracting(Decision::missing)
                    .containsExactly(List.of("conv2", "fc")));
  }

  @Test
  void refusalsAreOnTheTopicThatTrainersRead() {
    broker.send(Messages.RUNS.encode(Samples.run("refused")));

    broker.send(Messages.SPECTRA.encode(analysed("refused", 100, "conv9", 2.0)));
    broker.send(
        Messages.SPECTRA.encode(
            Samples.outcome("refused", Samples.INCARNATION - 1, 100, "conv1", Samples.alpha(2.0))));

    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () ->
                assertThat(refusals("refused"))
                    .extracting(refusal -> refusal.about() + " " + refusal.reason())
                    .containsExactlyInAnyOrder(
                        "LAYER layer 'conv9' is not among the 3 layers that the run is described"
                            + " with: describe it, or do not publish it",
                        "RUN run 'refused' goes on as incarnation 1000, and this is incarnation"
                            + " 999: stop this trainer, or give one of the two another name"));
  }

  @Test
  void recordInAPartitionThatIsNotItsKeysIsPutAsideAndTold() {
    int count = Topic.RUNS.partitions();
    int own = Utils.toPositive(Utils.murmur2("misplaced".getBytes(UTF_8))) % count;
    int other = (own + 1) % count;

    broker.send(Messages.RUNS.encode(Samples.run("misplaced")), other);

    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () ->
                assertThat(refusals("misplaced"))
                    .extracting(Refusal::reason)
                    .containsExactly(
                        ("a record of run 'misplaced' lies in partition %d of isotherm.runs and"
                                + " belongs into partition %d of %d: let the producer partition by"
                                + " murmur2, with librdkafka partitioner=murmur2_random")
                            .formatted(other, own, count)));
    assertThat(topics.records(Topic.DEAD_LETTERS))
        .extracting(ConsumerRecord::key)
        .contains("misplaced");
    given().get("/runs/misplaced").then().statusCode(404);
  }

  @Test
  void pageOfMessagesNamesTheRequestsThatAreAnsweredAndNoOthers() throws IOException {
    Map<String, Map<String, Object>> paths =
        given().accept("application/json").get("/q/openapi").jsonPath().getMap("paths");
    List<String> answered =
        paths.entrySet().stream()
            .flatMap(
                path ->
                    path.getValue().keySet().stream()
                        .filter(key -> !key.equals("parameters"))
                        .map(method -> method.toUpperCase(Locale.ROOT) + " " + path.getKey()))
            .map(request -> request.replace("{run}", "RUN"))
            .toList();
    String page = Files.readString(Path.of("../docs/asyncapi.yaml"));

    assertThat(Pattern.compile("`([A-Z]+ /runs[^`]*)`").matcher(page).results())
        .extracting(named -> named.group(1))
        .containsExactlyInAnyOrderElementsOf(answered);
    assertThat(page)
        .contains(
            "scheduler (port %s)"
                .formatted(ServiceProperties.all().getProperty("quarkus.http.port")));
  }

  private List<Refusal> refusals(String run) {
    return topics.messages(Messages.REFUSALS, run);
  }

  @Test
  void serviceIsReadyOnceItsTopologyRuns() {
    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () ->
                given()
                    .get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body(containsString("Scheduler topology")));
    given()
        .get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("isotherm_scheduler_decisions_total{trigger=\"complete\"}"))
        .body(containsString("isotherm_scheduler_dropped_total{reason=\"late\"}"))
        .body(containsString("isotherm_scheduler_withheld_total"));
  }
}
