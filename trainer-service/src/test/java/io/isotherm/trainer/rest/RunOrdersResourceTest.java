package io.isotherm.trainer.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.json.Json;
import io.isotherm.trainer.network.Networks;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole service without a broker: training must not care. */
@QuarkusTest
@TestProfile(RunOrdersResourceTest.Small.class)
class RunOrdersResourceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A little data and a short queue. */
  public static class Small implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "kafka.bootstrap.servers", "127.0.0.1:1",
          "isotherm.trainer.training-images", "64",
          "isotherm.trainer.test-images", "50",
          "isotherm.trainer.run.batch-size", "16",
          "isotherm.trainer.queue-capacity", "2",
          "isotherm.trainer.client.close-timeout", "0s");
    }
  }

  @Inject OrderDefaults defaults;

  @BeforeEach
  void isReady() {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> given().get("/q/health/ready").then().statusCode(200));
  }

  @Test
  void aRunIsTrainedToItsEnd() {
    // When
    order("{\"run\": \"small\", \"epochs\": 1, \"policy\": {\"name\": \"constant\"}}")
        .statusCode(202)
        .body("run", equalTo("small"))
        .body("policy.name", equalTo("constant"));

    // Then
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> status("small").body("state", equalTo("finished")));
    status("small")
        .body("step", equalTo(4))
        .body("totalSteps", equalTo(4))
        .body("epoch", equalTo(1))
        .body("counters.snapshotsTaken", equalTo(32));
    assertThat(given().get("/runs/small").jsonPath().getDouble("accuracy")).isBetween(0.0, 1.0);
    given().get("/runs").then().statusCode(200).body("run", hasItem("small"));
  }

  @Test
  void oneRunAtATimeAndEachCanBeStopped() {
    // Given
    order("{\"run\": \"long\", \"epochs\": 10000}").statusCode(202);
    await().atMost(PATIENCE).untilAsserted(() -> status("long").body("state", equalTo("training")));
    order("{\"run\": \"second\", \"epochs\": 10000}")
        .statusCode(202)
        .body("state", equalTo("queued"));
    order("{\"run\": \"third\"}").statusCode(202);

    // When the queue is full, a name is taken
    order("{\"run\": \"fourth\"}").statusCode(429).body("message", containsString("2 runs wait"));
    order("{\"run\": \"long\"}").statusCode(409).body("field", equalTo("run"));

    // When they are stopped
    given().delete("/runs/third").then().statusCode(202).body("state", equalTo("stopped"));
    given().delete("/runs/second").then().statusCode(202).body("state", equalTo("stopped"));
    given().delete("/runs/long").then().statusCode(202);

    // Then
    await().atMost(PATIENCE).untilAsserted(() -> status("long").body("state", equalTo("stopped")));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "run          | {\"run\": \"a/b\"}",
        "run          | {}",
        "network      | {\"run\": \"r\", \"network\": \"nonesuch\"}",
        "network      | {\"run\": \"r\", \"network\": 14}",
        "network      | {\"run\": \"r\", \"network\": \"\"}",
        "epochs       | {\"run\": \"r\", \"epochs\": 0}",
        "epochs       | {\"run\": \"r\", \"epochs\": 1.5}",
        "seed         | {\"run\": \"r\", \"seed\": \"x\"}",
        "batchSize    | {\"run\": \"r\", \"batchSize\": 65}",
        "learningRate | {\"run\": \"r\", \"learningRate\": -0.1}",
        "learningRate | {\"run\": \"r\", \"learningRate\": 1e999}",
        "policy.name  | {\"run\": \"r\", \"policy\": {\"name\": \"magic\"}}",
        "policy       | {\"run\": \"r\", \"policy\": null}",
        "policy.minFactor | {\"run\": \"r\", \"policy\": {\"name\": \"linear\", \"minFactor\": 2}}",
        "policy.weightDecay.maxFactor"
            + " | {\"run\": \"r\", \"policy\": {\"name\": \"alphadecay\","
            + " \"weightDecay\": {\"maxFactor\": -1}}}",
        "policy.options.metric | {\"run\": \"r\", \"policy\": {\"name\": \"linear\","
            + " \"options\": {\"metric\": \"windows\"}}}",
        "policy.weightDecay.options.metric | {\"run\": \"r\", \"policy\":"
            + " {\"name\": \"alphadecay\", \"weightDecay\": {\"options\": {\"metric\": \"x\"}}}}",
        "shadows      | {\"run\": \"r\", \"shadows\": [1]}",
        "shadows      | {\"run\": \"r\", \"shadows\": {\"a b\": {\"name\": \"sqrt\"}}}",
        "shadows.a.maxFactor | {\"run\": \"r\", \"shadows\": {\"a\":"
            + " {\"name\": \"step\", \"maxFactor\": 0}}}",
        "shadows.a.options.metric | {\"run\": \"r\", \"shadows\": {\"a\":"
            + " {\"name\": \"sqrt\", \"options\": {\"metric\": \"blocks\"}}}}",
        "estimator    | {\"run\": \"r\", \"estimator\": \"guess\"}",
        "estimator.rows | {\"run\": \"r\", \"estimator\": {\"name\": \"farms\", \"rows\": 0}}",
        "every        | {\"run\": \"r\", \"every\": {\"epochs\": 1, \"steps\": 1}}",
        "every        | {\"run\": \"r\", \"every\": 3}",
        "every.steps  | {\"run\": \"r\", \"every\": {\"steps\": 0}}",
        "epoch        | {\"run\": \"r\", \"epoch\": 3}",
        "''           | {\"run\": \"r\"",
        "''           | []",
        "''           | ''"
      })
  void aBadOrderIsRefusedWithTheFieldToBlame(String field, String body) {
    order(body).statusCode(400).body("field", equalTo(field));
    given().get("/runs/r").then().statusCode(404);
  }

  @Test
  void aNetworkThatIsNotThereIsRefusedWithThoseThatAre() {
    order("{\"run\": \"r\", \"network\": \"nonesuch\"}")
        .statusCode(400)
        .body(
            "message",
            equalTo(
                "network must be one of "
                    + String.join(", ", Networks.names())
                    + ", got: 'nonesuch'"))
        .body("field", equalTo("network"))
        .body("value", equalTo("'nonesuch'"));
    given().get("/runs/r").then().statusCode(404);
  }

  @Test
  void anOrderNamesItsNetworkOrGetsTheResNet() throws Exception {
    order("{\"run\": \"named\", \"network\": \"resnet-14\"}").statusCode(202);
    given().delete("/runs/named").then().statusCode(202);

    RunRequest without =
        Json.readExactly(Json.tree("{\"run\": \"unnamed\"}"), RunRequest.class, "");
    assertThat(defaults.complete(without).network().name()).isEqualTo("resnet-14");
  }

  @Test
  void moreShadowsThanARunMayCarryAreRefused() {
    String shadows =
        IntStream.rangeClosed(0, RunDescription.MAX_SHADOWS)
            .mapToObj(i -> "\"s" + i + "\": {\"name\": \"sqrt\"}")
            .collect(Collectors.joining(", "));

    order("{\"run\": \"r\", \"shadows\": {" + shadows + "}}")
        .statusCode(400)
        .body("field", equalTo("shadows"))
        .body("message", containsString("at most 64, got: 65"));
  }

  @Test
  void aPolicyTakesItsDefaultsForWhatIsLeftOut() {
    order("{\"run\": \"partial\", \"policy\": {\"name\": \"linear\", \"maxFactor\": 2}}")
        .statusCode(202)
        .body("policy.minFactor", equalTo(0.5f))
        .body("policy.maxFactor", equalTo(2f));
    given().delete("/runs/partial").then().statusCode(202);
    order("{\"run\": \"sigmoid\", \"policy\": {\"name\": \"sigmoid\", \"upper\": 0.5}}")
        .statusCode(202)
        .body("policy.lower", equalTo(2f))
        .body("policy.upper", equalTo(0.5f));
    given().delete("/runs/sigmoid").then().statusCode(202);
  }

  @Test
  void shadowsAndTheEstimatorAreThoseOfTheOrder() {
    order(
            "{\"run\": \"shadowed\", \"policy\": {\"name\": \"llr\"}, \"estimator\": \"farms\","
                + " \"shadows\": {\"decay\": {\"name\": \"alphadecay\"}, \"blocks\":"
                + " {\"name\": \"sqrt\", \"options\": {\"metric\": \"windows\"}}}}")
        .statusCode(202)
        .body("policy.options.rampSteps", equalTo(50))
        .body("estimator.name", equalTo("farms"))
        .body("estimator.rows", equalTo(100))
        .body("shadows.decay.weightDecay.maxFactor", equalTo(3f))
        .body("shadows.blocks.options.metric", equalTo("windows"));
    given().delete("/runs/shadowed").then().statusCode(202);
  }

  @Test
  void anUnknownRunIsNotFound() {
    given()
        .get("/runs/nobody")
        .then()
        .statusCode(404)
        .body("message", equalTo("there is no run 'nobody' here"));
    given().delete("/runs/nobody").then().statusCode(404);
  }

  @Test
  void theInterfaceIsDescribed() {
    given()
        .accept(ContentType.JSON)
        .get("/q/openapi")
        .then()
        .statusCode(200)
        .body("paths.'/runs'.post.responses", org.hamcrest.Matchers.hasKey("409"))
        .body(
            "components.schemas.RunOrder.properties.keySet()",
            org.hamcrest.Matchers.hasItems("policy", "shadows", "estimator"))
        .body("components.schemas.RunOrder.properties.network.enum", equalTo(Networks.names()))
        .body("components.schemas.RunOrder.properties.network.default", equalTo("resnet-14"));
  }

  private static ValidatableResponse order(String body) {
    return given().contentType(ContentType.JSON).body(body).post("/runs").then();
  }

  private static ValidatableResponse status(String run) {
    return given().get("/runs/" + run).then().statusCode(200);
  }
}
