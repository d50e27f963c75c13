package io.isotherm.scheduler;

import static io.isotherm.scheduler.Samples.INCARNATION;
import static io.isotherm.scheduler.Samples.analysed;
import static io.isotherm.scheduler.Samples.ranked;
import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.testkit.TestKafka;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Controls from the request to the decision, with a real broker. */
@QuarkusTest
@QuarkusTestResource(TestKafka.class)
@TestProfile(ControlsResourceTest.Patient.class)
class ControlsResourceTest {

  private static final long SECONDS_TO_DECIDE = 60;

  private BrokerClient broker;

  /** No step is decided before it is complete, and trainers have to speak often. */
  public static class Patient extends SchedulerServiceTest.Settings {
    @Override
    public Map<String, String> getConfigOverrides() {
      Map<String, String> settings = new HashMap<>(super.getConfigOverrides());
      settings.put("isotherm.scheduler.decision-deadline", "10m");
      settings.put("isotherm.lease", "3s");
      return settings;
    }
  }

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
  void heldRunKeepsItsFactorsUntilItIsResumed() {
    broker.send(Messages.RUNS.encode(Samples.run("held")));
    Decision first = decide("held", 100, 2, 3, 4);

    post("/runs/held/hold", "{\"by\": \"ada\"}")
        .statusCode(202)
        .body("run", equalTo("held"))
        .body("incarnation", equalTo((int) Samples.INCARNATION))
        .body("command", equalTo("hold"))
        .body("by", equalTo("ada"))
        .body("at", matchesPattern("\\d{4}-\\d\\d-\\d\\dT.*Z"))
        .body("inForce", equalTo("from the next decision on"));
    awaitPage("held", "hold.by", "ada");
    Decision held = decide("held", 200, 4, 3, 2);
    post("/runs/held/resume", "{}").statusCode(202).body("by", equalTo("127.0.0.1"));
    awaitPage("held", "hold", null);
    Decision resumed = decide("held", 300, 4, 3, 2);

    assertThat(held.hold().map(Signature::by)).contains("ada");
    assertThat(factors(held)).isEqualTo(factors(first)).containsExactly(0.5, 0.5, 1.0, 1.5);
    assertThat(resumed.hold()).isEmpty();
    assertThat(factors(resumed)).containsExactly(1.5, 1.5, 1.0, 0.5);
  }

  @Test
  void otherPolicyIsInForceFromTheNextDecisionOn() {
    broker.send(Messages.RUNS.encode(Samples.run("changed")));
    Decision before = decide("changed", 100, 2, 3, 4);

    post(
            "/runs/changed/policy",
            """
            {"by": "ada", "policy": {"name": "linear", "minFactor": 0.8, "maxFactor": 1.2,
             "selection": {"excludeFirst": false, "excludeLast": false, "minEigenvalues": 0}}}
            """)
        .statusCode(202)
        .body("policy.minFactor", equalTo(0.8f))
        .body("policy.compatibility", equalTo("sane"));
    awaitPage("changed", "policyBy.by", "ada");
    Decision after = decide("changed", 200, 2, 3, 4);

    assertThat(before.policyBy()).isEmpty();
    assertThat(after.policyBy().map(Signature::by)).contains("ada");
    assertThat(factors(after)).containsExactly(0.8, 0.8, 1.0, 1.2);
    given().get("/runs/changed").then().body("policy.minFactor", equalTo(0.8f));
  }

  @Test
  void silentRunIsShownAsLostUntilItsTrainerIsHeard() {
    broker.send(Messages.RUNS.encode(Samples.run("silent")));
    awaitPage("silent", "phase", "lost");

    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () -> {
              broker.send(Messages.PROGRESS.encode(Samples.progress("silent", INCARNATION)));
              given().get("/runs/silent").then().body("phase", equalTo("running"));
            });

    post("/runs/silent/hold", "{}").statusCode(202);
  }

  @Test
  void anotherMetricInTheMiddleOfAStepDecidesAllLayersOfThatStep() {
    broker.send(Messages.RUNS.encode(Samples.run("midstep")));
    decide("midstep", 100, 2, 3, 4);
    broker.send(Messages.SPECTRA.encode(ranked("midstep", 200, "conv1", 2, 20)));
    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () -> given().get("/runs/midstep").then().body("openSteps[0].in", equalTo(1)));

    post(
            "/runs/midstep/policy",
            """
            {"by": "ada", "policy": {"name": "linear", "options": {"metric": "stableRank"},
             "selection": {"excludeFirst": false, "excludeLast": false, "minEigenvalues": 0}}}
            """)
        .statusCode(202);
    awaitPage("midstep", "policyBy.by", "ada");
    broker.send(Messages.SPECTRA.encode(ranked("midstep", 200, "conv2", 3, 10)));
    broker.send(Messages.SPECTRA.encode(ranked("midstep", 200, "fc", 4, 15)));

    await().atMost(SECONDS_TO_DECIDE, SECONDS).until(() -> broker.decisions("midstep").size() == 2);
    Decision decision = broker.decisions("midstep").get(1);
    assertThat(decision.missing()).isEmpty();
    assertThat(factors(decision)).containsExactly(1.5, 1.5, 0.5, 1.0);
  }

  @Test
  void metricThatTheRunsEstimatorDoesNotReportIsRefusedWithItsPlace() {
    broker.send(Messages.RUNS.encode(Samples.run("metrics")));
    decide("metrics", 100, 2, 3, 4);

    post(
            "/runs/metrics/policy",
            """
            {"policy": {"name": "alphadecay", "weightDecay": {"options": {"metric": "sigma"}}}}
            """)
        .statusCode(400)
        .body("field", equalTo("policy.weightDecay.options.metric"))
        .body("value", equalTo("\"sigma\""))
        .body("message", containsString("stableRank"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                               | policy                   | null",
        "{'policy': 'linear'}                             | policy                   | linear",
        "{'policy': {'name': 'cubic'}}                    | policy.name              | cubic",
        "{'policy': {'name': 'linear', 'minFactor': -1}}  | policy.minFactor         | -1",
        "{'policy': {'name': 'linear', 'maxFactor': 'x'}} | policy.maxFactor         | x",
        "{'policy': {'name': 'sigmoid', 'steepness': 0}}  | policy.steepness         | 0",
        "{'policy': {'name': 'sqrt', 'speed': 2}}         | policy.speed             | 2",
        "{'policy': {'name': 'sqrt'}, 'by': ''}           | by                       | ''",
        "{'policy': {'name': 'sqrt'}, 'by': 7}            | by                       | 7",
        "{'policy': {'name': 'sqrt'}, 'from': 'now'}      | from                     | now",
      })
  void badFieldIsNamedWithItsValue(String body, String field, String value) {
    post("/runs/any/policy", body.replace('\'', '"'))
        .statusCode(400)
        .body("field", equalTo(field))
        .body("value", containsString(value.equals("null") ? "none" : value))
        .body("message", not(containsString("\n")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]", "{", "{\"by\": \"a\", \"by\": \"b\"}"})
  void bodyThatIsNoObjectIsRefused(String body) {
    post("/runs/any/hold", body).statusCode(400).body("message", containsString("body"));
  }

  @Test
  void onlyJsonIsTaken() {
    given().post("/runs/any/hold").then().statusCode(415);
    given().contentType(ContentType.TEXT).body("{}").post("/runs/any/hold").then().statusCode(415);
  }

  @Test
  void unknownRunIsNotFound() {
    post("/runs/nobody-here/hold", "{}")
        .statusCode(404)
        .body("message", equalTo("the scheduler knows no run 'nobody-here'"));
  }

  @Test
  void endedRunIsInConflict() {
    broker.send(Messages.RUNS.encode(Samples.run("over")));
    broker.send(
        Messages.RUNS.encode(Samples.run("over").in(RunPhase.RUNNING.fail("out of memory"))));
    awaitPage("over", "phase", "failed");

    post("/runs/over/resume", "{}")
        .statusCode(409)
        .body("message", equalTo("run 'over' has ended: it is failed"));
  }

  private static ValidatableResponse post(String path, String body) {
    return given().contentType(ContentType.JSON).body(body).post(path).then();
  }

  private static void awaitPage(String run, String field, String value) {
    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .untilAsserted(
            () -> given().get("/runs/" + run).then().statusCode(200).body(field, equalTo(value)));
  }

  private Decision decide(String run, long step, double... alphas) {
    int before = broker.decisions(run).size();
    for (int layer = 0; layer < alphas.length; layer++) {
      broker.send(
          Messages.SPECTRA.encode(
              analysed(run, step, Samples.LAYERS.get(layer).name(), alphas[layer])));
    }
    await()
        .atMost(SECONDS_TO_DECIDE, SECONDS)
        .until(() -> broker.decisions(run).size() == before + 1);
    return broker.decisions(run).get(before);
  }

  private static List<Double> factors(Decision decision) {
    return decision.layers().stream().map(LayerRate::factor).toList();
  }
}
