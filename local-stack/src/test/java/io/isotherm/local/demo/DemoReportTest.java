package io.isotherm.local.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import io.isotherm.methods.policy.PolicySpec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DemoReportTest {

  private final RunTally tally = new RunTally(Sample.RUN);

  static List<String> policies() {
    return Policies.CATALOGUE.names();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void everyPolicyKeepsItsName(String asked) throws Exception {
    PolicySpec policy = Policies.CATALOGUE.named(asked);
    tally.add(description(policy));

    JsonNode report = report(policy);

    String name = Json.MAPPER.valueToTree(policy).get("name").textValue();
    assertThat(report.at("/settings/policy/name").textValue()).isEqualTo(name);
    assertThat(report.at("/run/policy/name").textValue()).isEqualTo(name);
    assertThat(report.at("/run/schedule/name").textValue()).isEqualTo("constant");
    assertThat(report.at("/run/estimator/name").textValue()).isEqualTo("tempbalance");
    assertThat(report.at("/run/phase/name").textValue()).isEqualTo("running");
    assertThat(report.at("/every").textValue()).isEqualTo("2epochs");
  }

  @Test
  void aDecisionTellsItsStepsItsAlphasAndItsFactors() throws Exception {
    tally.add(Sample.decision(1, 50, PolicySpec.DEFAULT));
    tally.add(Sample.progress(60, 1, OptionalDouble.empty(), Map.of(), Sample.applied(1, 50, 53)));

    JsonNode decisions = report(PolicySpec.DEFAULT).at("/decisions");

    assertThat(decisions)
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                [{"id": "d1", "revision": 1, "step": 50, "epoch": 1, "basedOnStep": 50,
                  "appliedAtStep": 53, "stalenessSteps": 3, "baseLearningRate": 0.1,
                  "missing": ["last"],
                  "layers": [
                    {"layer": "first", "role": "excluded", "factor": 1.0, "learningRate": 0.1,
                     "alpha": 3.0, "alphaStep": 50},
                    {"layer": "conv", "role": "tuned", "factor": 1.5,
                     "learningRate": 0.15000000000000002, "alpha": 4.25, "alphaStep": 50},
                    {"layer": "conv.norm", "role": "follows", "factor": 1.5, "learningRate": 0.15,
                     "follows": "conv"},
                    {"layer": "last", "role": "no-alpha", "factor": 1.0, "learningRate": 0.1}]}]
                """));
  }

  @Test
  void aDecisionThatWasNeverAppliedSaysSoByLeavingTheStepOut() throws Exception {
    tally.add(Sample.decision(1, 50, PolicySpec.DEFAULT));

    JsonNode decision = report(PolicySpec.DEFAULT).at("/decisions/0");

    assertThat(decision.at("/basedOnStep").asLong()).isEqualTo(50);
    assertThat(decision.has("appliedAtStep")).isFalse();
    assertThat(decision.has("stalenessSteps")).isFalse();
  }

  @Test
  void shadowDecisionsStandBesideThoseThatCount() throws Exception {
    tally.add(Sample.decision("", 1, 1.5, OptionalDouble.empty()));
    tally.add(Sample.decision("careful", 1, 1.25, OptionalDouble.of(2)));
    tally.add(Sample.progress(50, 1, Map.of(), Map.of("first", 2.0)));

    JsonNode report = report(PolicySpec.DEFAULT);

    assertThat(report.at("/decisions")).hasSize(1);
    assertThat(report.at("/decisions/0").has("shadow")).isFalse();
    assertThat(report.at("/shadowDecisions")).hasSize(1);
    assertThat(report.at("/shadowDecisions/0/shadow").textValue()).isEqualTo("careful");
    assertThat(report.at("/shadowDecisions/0/layers/0/weightDecay/factor").asDouble()).isEqualTo(2);
    assertThat(report.at("/summary/shadows/0/meanDifference").asDouble()).isEqualTo(0.125);
    assertThat(report.at("/epochs/0/weightDecayFactors/first").asDouble()).isEqualTo(2);
  }

  @Test
  void epochsAndSummaryAreInIt() throws Exception {
    tally.add(Sample.progress(50, 1, OptionalDouble.of(0.75), Map.of("conv", 1.5)));

    JsonNode report = report(PolicySpec.DEFAULT);

    assertThat(report.at("/epochs"))
        .isEqualTo(
            Json.MAPPER.readTree(
                """
                [{"epoch": 1, "step": 50, "loss": 0.5, "accuracy": 0.75, "baseLearningRate": 0.1,
                  "factors": {"conv": 1.5}}]
                """));
    assertThat(report.at("/summary/accuracy").asDouble()).isEqualTo(0.75);
    assertThat(report.at("/summary/steps").asLong()).isEqualTo(50);
    assertThat(report.at("/summary").has("medianStalenessSteps")).isFalse();
    assertThat(report.has("run")).isFalse();
    assertThat(report.has("shadowDecisions")).isFalse();
    assertThat(report.at("/settings").has("shadows")).isFalse();
  }

  private JsonNode report(PolicySpec policy) throws IOException {
    DemoSettings settings =
        new DemoSettings(Sample.RUN, 2, 7, policy, new Every(2, Every.Unit.EPOCHS));
    DemoReport report = DemoReport.of(settings, tally, DemoSummary.of(tally, ClientCounters.ZERO));
    return Json.MAPPER.readTree(Json.MAPPER.writeValueAsBytes(report));
  }

  private static RunDescription description(PolicySpec policy) {
    return new RunDescription(
        Sample.RUN,
        1,
        "a network",
        List.of(
            new LayerDescription(
                "conv", LayerKind.DENSE, List.of(64L, 64L), Optional.empty(), OptionalInt.empty())),
        new BaseSchedule.Constant(0.1),
        policy,
        EstimatorSpec.DEFAULT,
        100,
        RunPhase.RUNNING);
  }
}
