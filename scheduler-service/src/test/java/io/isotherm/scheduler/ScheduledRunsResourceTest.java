package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.analysed;
import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one instance says about its runs, with a real broker. */
@QuarkusTest
@QuarkusTestResource(TestKafka.class)
@TestProfile(SchedulerServiceTest.Settings.class)
class ScheduledRunsResourceTest {

  private static final long SECONDS_TO_DECIDE = 60;

  private BrokerClient broker;

  @BeforeEach
  void connect() {
    broker = new BrokerClient(TestKafka.broker().bootstrapServers());
    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
  }

  @AfterEach
  void disconnect() {
    broker.close();
  }

  @Test
  void runIsShownWithItsPolicyItsLayersAndItsLastDecision() {
    decide("shown", 100);

    given()
        .get("/runs/shown")
        .then()
        .statusCode(200)
        .body("phase", equalTo("running"))
        .body("description.title", equalTo("a small network"))
        .body("policy.name", equalTo("linear"))
        .body("lastDecision.step", equalTo(100))
        .body("lastDecision.revision", equalTo(1))
        .body("layers.layer", equalTo(Samples.LAYERS.stream().map(l -> l.name()).toList()))
        .body("layers[1].alpha", equalTo(3.0f))
        .body("layers[1].step", equalTo(100))
        .body("openSteps", hasSize(0))
        .body("hold", equalTo(null))
        .body("owner", containsString("127.0.0.1:"));
  }

  @Test
  void everyRunIsInTheList() {
    decide("listed-1", 100);
    decide("listed-2", 100, 200);

    given()
        .get("/runs")
        .then()
        .statusCode(200)
        .body("find { it.run == 'listed-1' }.policy", equalTo("linear"))
        .body("find { it.run == 'listed-2' }.step", equalTo(200))
        .body("find { it.run == 'listed-2' }.revision", equalTo(2))
        .body("find { it.run == 'listed-2' }.onHold", equalTo(false));
  }

  @Test
  void newestDecisionsComeFirstAsTheyWerePublished() {
    decide("ring", 100, 200, 300);

    String answer =
        given().get("/runs/ring/decisions?limit=2").then().statusCode(200).extract().asString();

    assertThat(answer)
        .isEqualTo(
            "[%s,%s]"
                .formatted(
                    BrokerClient.json(broker.decisions("ring").get(2)),
                    BrokerClient.json(broker.decisions("ring").get(1))));
    given()
        .get("/runs/ring/decisions")
        .then()
        .body("step", equalTo(java.util.List.of(300, 200, 100)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/runs/nobody",
        "/runs/nobody/decisions",
        "/runs/-no-name-of-a-run",
        "/runs/no%20name",
        "/runs/line%0Abreak"
      })
  void unknownRunIsSaidInOneLine(String path) {
    given()
        .urlEncodingEnabled(false)
        .get(path)
        .then()
        .statusCode(404)
        .body("message", containsString("the scheduler knows no run '"))
        .body("message", not(containsString("\n")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "many", "99999999999"})
  void limitThatIsNoneIsRefused(String limit) {
    given()
        .get("/runs/any/decisions?limit=" + limit)
        .then()
        .statusCode(400)
        .body("field", equalTo("limit"))
        .body("value", containsString(limit));
  }

  @Test
  void interfaceIsDescribed() {
    given()
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body(containsString("/runs/{run}/decisions"))
        .body(containsString("/runs/{run}/policy"))
        .body(not(containsString("Isotherm-Forwarded-By")));
  }

  private void decide(String run, long... steps) {
    broker.send(Messages.RUNS.encode(Samples.run(run)));
    for (long step : steps) {
      broker.send(Messages.SPECTRA.encode(analysed(run, step, "conv1", 2.0)));
      broker.send(Messages.SPECTRA.encode(analysed(run, step, "conv2", 3.0)));
      broker.send(Messages.SPECTRA.encode(analysed(run, step, "fc", 4.0)));
    }
    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .until(() -> broker.decisions(run).size() == steps.length);
  }
}
