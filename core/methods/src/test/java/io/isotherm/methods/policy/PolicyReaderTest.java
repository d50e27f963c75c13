package io.isotherm.methods.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.methods.catalogue.Entry;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyReaderTest {

  static List<Entry<PolicySpec>> entries() {
    return Policies.CATALOGUE.entries();
  }

  @ParameterizedTest
  @MethodSource("entries")
  void nameAloneIsThePublishedPolicy(Entry<PolicySpec> entry) throws Exception {
    assertThat(read("{'name': '%s'}".formatted(entry.name()))).isEqualTo(entry.published());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void publishedPolicySurvivesItsJson(Entry<PolicySpec> entry) throws Exception {
    String json = Json.MAPPER.writeValueAsString(entry.published());

    assertThat(Json.MAPPER.readValue(json, PolicySpec.class)).isEqualTo(entry.published());
    assertThat(PolicyReader.read(Json.MAPPER.readTree(json))).isEqualTo(entry.published());
  }

  @ParameterizedTest
  @MethodSource("entries")
  void partThatIsAsPublishedSurvivesItsJson(Entry<PolicySpec> entry) throws Exception {
    if (entry.published() instanceof PolicySpec.Single single) {
      PolicySpec hybrid = new PolicySpec.Hybrid(single, single);

      assertThat(PolicyReader.read(Json.MAPPER.valueToTree(hybrid))).isEqualTo(hybrid);
    }
  }

  @Test
  void whatIsWrittenTakesThePlaceOfWhatIsPublished() throws Exception {
    // When
    PolicySpec policy =
        read(
            "{'name': 'linear', 'minFactor': 0.6, 'selection': {'excludeLast': false},"
                + " 'options': {'smoothing': 0.5, 'every': {'unit': 'epochs', 'count': 2}}}");

    // Then
    PolicySpec.Linear linear = (PolicySpec.Linear) policy;
    assertThat(linear.minFactor()).isEqualTo(0.6);
    assertThat(linear.maxFactor()).isEqualTo(1.5);
    assertThat(linear.selection()).isEqualTo(new LayerSelection(true, false, 50));
    assertThat(linear.options().smoothing()).isEqualTo(0.5);
    assertThat(linear.options().metric()).isEqualTo("alpha");
  }

  @Test
  void partOfAHybridCanBeAnotherPolicy() throws Exception {
    // When
    PolicySpec policy =
        read("{'name': 'alphadecay', 'learningRate': {'name': 'linear', 'minFactor': 0.7}}");

    // Then
    PolicySpec.Linear linear = (PolicySpec.Linear) policy.onLearningRate();
    assertThat(linear)
        .isEqualTo(new PolicySpec.Linear(0.7, 1.5, linear.selection(), Compatibility.SANE));
    assertThat(linear.selection()).isEqualTo(LayerSelection.DEFAULT);
    assertThat(policy.onWeightDecay()).isEqualTo(PolicySpec.Hybrid.alphaDecay().onWeightDecay());
  }

  @Test
  void partOfAHybridCanBeAPreset() throws Exception {
    assertThat(read("{'name': 'alphadecay', 'learningRate': {'name': 'llr'}}").onLearningRate())
        .isEqualTo(PolicySpec.Linear.llr());
  }

  @Test
  void partOfAHybridCanBeChangedWithoutItsOtherParameters() throws Exception {
    PolicySpec policy = read("{'name': 'hybrid', 'weightDecay': {'upper': 2}}");

    PolicySpec.Sigmoid sigmoid = (PolicySpec.Sigmoid) policy.onWeightDecay().orElseThrow();
    assertThat(sigmoid.upper()).isEqualTo(2);
    assertThat(sigmoid.lower()).isEqualTo(1);
    assertThat(sigmoid.blocks()).contains(new PolicySpec.Blocks.Whole());
    assertThat(policy.onLearningRate())
        .isEqualTo(PolicySpec.Hybrid.modelBalancing().onLearningRate());
  }

  @Test
  void partOfAHybridThatNamesItsPolicyIsThatPolicyAndNoChangeOfThePublishedPart() throws Exception {
    PolicySpec policy = read("{'name': 'hybrid', 'weightDecay': {'name': 'sigmoid', 'upper': 3}}");

    PolicySpec.Sigmoid sigmoid = (PolicySpec.Sigmoid) policy.onWeightDecay().orElseThrow();
    assertThat(sigmoid.upper()).isEqualTo(3);
    assertThat(sigmoid.lower()).isEqualTo(2);
    assertThat(sigmoid.blocks()).isEmpty();
  }

  @Test
  void metricThatTheEstimatorDoesNotReportIsRefusedWithItsPart() throws Exception {
    PolicySpec policy =
        read("{'name': 'alphadecay', 'weightDecay': {'options': {'metric': 'sigma'}}}");

    InvalidJsonException refusal =
        catchThrowableOfType(
            InvalidJsonException.class,
            () -> PolicyReader.requireReported(policy, EstimatorSpec.DEFAULT));

    assertThat(refusal.field()).isEqualTo("weightDecay.options.metric");
    assertThat(refusal.value()).isEqualTo("\"sigma\"");
    assertThat(refusal)
        .hasMessageContaining("alpha, alphaExcess, alphaHat")
        .hasMessageEndingWith("'sigma'");
    PolicyReader.requireReported(policy, EstimatorSpec.WeightWatcher.defaults());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'name': 'cubic'} | name | \"cubic\" | must be one of constant, linear",
        "{} | name | none | must be one of constant, linear",
        "7 | '' | 7 | policy must be an object",
        "{'name': 'linear', 'minFactor': -1} | minFactor | -1 | must be greater than 0, got: -1.0",
        "{'name': 'linear', 'minFactor': 2} | minFactor | 2 | must not exceed maxFactor 1.5, got: 2",
        "{'name': 'linear', 'minFactor': 'big'} | minFactor | \"big\""
            + " | policy.minFactor must be a number, got: \"big\"",
        "{'name': 'linear', 'minFactor': null} | minFactor | null | policy.minFactor is missing",
        "{'name': 'linear', 'blocks': {'unit': 'layer', 'minFactor': 1}}"
            + " | blocks.maxFactor | none | policy.blocks.maxFactor is missing",
        "{'name': 'hybrid', 'weightDecay': {'upper': null}}"
            + " | weightDecay.upper | null | policy.weightDecay.upper is missing",
        "{'name': 'linear', 'slope': 1} | slope | 1 | slope is not a field here",
        "{'name': 'linear', 'options': {'smoothing': 1}} | options.smoothing | 1 | less than 1",
        "{'name': 'linear', 'options': {'rampSteps': 1000000001}} | options.rampSteps | 1000000001"
            + " | at most 1000000000",
        "{'name': 'linear', 'options': {'window': {'unit': 'steps', 'from': 9, 'until': 3}}}"
            + " | options.window.until | 3 | must be more than window.from 9, got: 3",
        "{'name': 'linear', 'options': {'window': {'unit': 'days'}}}"
            + " | options.window | {\"unit\":\"days\"} | no variant 'days'",
        "{'name': 'linear', 'selection': {'minEigenvalues': -5}}"
            + " | selection.minEigenvalues | -5 | must be 0 or more, got: -5",
        "{'name': 'linear', 'selection': {'exclude': ['']}} | selection.exclude | [\"\"]"
            + " | exclude of the layer selection must be patterns of",
        "{'name': 'linear', 'options': {'atLargest': ['']}} | options.atLargest | [\"\"]"
            + " | atLargest must be patterns of 1 to",
        "{'name': 'constant', 'options': {}} | options | {} | not a field here; there are none",
        "{'name': 'hybrid', 'weightDecay': {'name': 'hybrid'}}"
            + " | weightDecay | {\"name\":\"hybrid\"} | no variant 'hybrid'",
      })
  void policyThatIsNoneIsRefusedWithItsFieldAndValue(
      String json, String field, String value, String reason) throws JsonProcessingException {
    // When
    InvalidJsonException refusal =
        catchThrowableOfType(InvalidJsonException.class, () -> read(json));

    // Then
    assertThat(refusal.field()).isEqualTo(field);
    assertThat(refusal.value()).isEqualTo(value);
    assertThat(refusal).hasMessageContaining(reason).hasMessageMatching("[^\\n]*");
  }

  private static PolicySpec read(String json) throws InvalidJsonException, JsonProcessingException {
    return PolicyReader.read(Json.MAPPER.readTree(json.replace('\'', '"')));
  }
}
