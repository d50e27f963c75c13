package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.analysed;
import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
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
