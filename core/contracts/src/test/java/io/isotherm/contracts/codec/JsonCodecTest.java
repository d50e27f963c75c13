package io.isotherm.contracts.codec;

import static io.isotherm.contracts.codec.Examples.headers;
import static io.isotherm.contracts.codec.Examples.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.codec.Examples.Example;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.Compatibility;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JsonCodecTest {

  private static final WireRecord DECISION = Messages.LEARNING_RATES.encode(Examples.DECISION);
  private static final WireRecord PROGRESS = Messages.PROGRESS.encode(Examples.PROGRESS);

  static List<Example> jsonExamples() {
    return Examples.ALL.stream()
        .filter(example -> !example.name().startsWith("snapshot-chunk"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("jsonExamples")
  void messageSurvivesTheRoundTrip(Example example) throws InvalidMessageException {
    WireRecord record = example.record();

    assertThat(example.decoder().decode(record.key(), headers(record), record.value()))
        .isEqualTo(example.message());
  }

  @ParameterizedTest
  @MethodSource("jsonExamples")
  void unknownFieldsAndHeadersArePassedOver(Example example) throws InvalidMessageException {
    WireRecord record =
        example
            .record()
            .withHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .withHeader("ce_newer", "x");
    String json = new String(record.value(), StandardCharsets.UTF_8);

    Object message =
        example
            .decoder()
            .decode(
                record.key(),
                headers(record),
                utf8(
                    json.replace("{", "{\"newer\":[{\"a\":null}],")
                        .replace(",}", "}")
                        // The keys of maps are layers and other names, not fields.
                        .replaceAll(
                            "(\"(factors|weightDecayFactors|metrics|shadows)\":\\{)"
                                + Pattern.quote("\"newer\":[{\"a\":null}]"),
                            "$1")
                        .replace("{,", "{")));

    assertThat(message).isEqualTo(example.message());
  }

  @Test
  void absentOptionalFieldsAreLeftOut() {
    WireRecord record =
        Examples.ALL.stream()
            .filter(example -> example.name().equals("progress-minimal.v1"))
            .findFirst()
            .orElseThrow()
            .record();

    assertThat(new String(record.value(), StandardCharsets.UTF_8))
        .doesNotContain("loss")
        .doesNotContain("accuracy")
        .doesNotContain("null");
  }

  @Test
  void oneNormLayerOfAnOlderWriterIsRead() throws InvalidMessageException {
    byte[] value = replaced(runs(), "\"normLayers\":[\"stem.bn\"]", "\"normLayer\":\"stem.bn\"");

    assertThat(Messages.RUNS.decode(runs().key(), headers(runs()), value))
        .isEqualTo(Examples.RUNNING);
  }

  @Test
  void kindThatANewerWriterKnowsRefusesNeitherItsLayerNorTheRun() throws InvalidMessageException {
    byte[] value = replaced(runs(), "\"kind\":\"dense\"", "\"kind\":\"lattice\"");

    RunDescription run = Messages.RUNS.decode(runs().key(), headers(runs()), value);

    assertThat(run.layer("head").kind()).isEqualTo(LayerKind.OTHER);
    assertThat(run.layer("head").reasonWithoutAlpha()).isPresent();
  }

  @Test
  void descriptionNeedsNoMoreThanItsLayersAndItsLength() throws InvalidMessageException {
    byte[] value =
        utf8(
            "{\"run\":\"resnet-demo\",\"incarnation\":1,\"totalSteps\":9,"
                + "\"phase\":{\"name\":\"running\"},"
                + "\"layers\":[{\"name\":\"fc\",\"kind\":\"dense\",\"shape\":[2,2]}]}");

    RunDescription run = Messages.RUNS.decode(runs().key(), headers(runs()), value);

    assertThat(run.schedule()).isEqualTo(BaseSchedule.EXTERNAL);
    assertThat(run.policy()).isEqualTo(PolicySpec.DEFAULT);
    assertThat(run.estimator()).isEqualTo(EstimatorSpec.DEFAULT);
  }

  static Stream<Arguments> shortPolicies() {
    return Stream.of(
        arguments("\"llr\"", PolicySpec.Linear.llr()),
        arguments("{\"name\":\"llr\"}", PolicySpec.Linear.llr()),
        arguments("{\"name\":\"linear\",\"newer\":1}", PolicySpec.DEFAULT),
        arguments(
            "{\"name\":\"linear\",\"minFactor\":0.6,\"selection\":{\"excludeLast\":false}}",
            new PolicySpec.Linear(
                0.6, 1.5, new LayerSelection(true, false, 50), Compatibility.SANE)));
  }

  @ParameterizedTest
  @MethodSource("shortPolicies")
  void whatAPolicyLeavesOutIsAsPublished(String written, PolicySpec policy)
      throws InvalidMessageException {
    WireRecord shadowed =
        Examples.ALL.stream()
            .filter(example -> example.name().equals("run-with-shadows.v1"))
            .findFirst()
            .orElseThrow()
            .record();
    String json = new String(shadowed.value(), StandardCharsets.UTF_8);
    byte[] value =
        utf8(
            json.replaceFirst("\"policy\":\\{.*?\\}.*?\\}", "\"policy\":" + written)
                .replace("\"baseline\":{\"name\":\"constant\"}", "\"baseline\":" + written));

    RunDescription run = Messages.RUNS.decode(shadowed.key(), headers(shadowed), value);

    assertThat(run.policy()).isEqualTo(policy);
    assertThat(run.shadows().get("baseline")).isEqualTo(policy);
  }

  @Test
  void fieldOfAPolicyThatCannotBeReadIsNamedWithItsPlace() {
    byte[] value = replaced(runs(), "\"minFactor\":0.5", "\"minFactor\":\"low\"");

    assertThatThrownBy(() -> Messages.RUNS.decode(runs().key(), headers(runs()), value))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("policy.minFactor must be a number, got: \"low\"");
  }

  @Test
  void nullMeansAbsentForAnOptionalField() throws InvalidMessageException {
    byte[] value = replaced(PROGRESS, "\"loss\":0.4375", "\"loss\":null");

    Progress progress = Messages.PROGRESS.decode(PROGRESS.key(), headers(PROGRESS), value);

    assertThat(progress.loss()).isEmpty();
  }

  @Test
  void idTellsMessagesApartAndIsTheSameForTheSameMessage() {
    WireRecord running = Messages.RUNS.encode(Examples.RUNNING);
    WireRecord finished = Messages.RUNS.encode(Examples.RUNNING.in(RunPhase.RUNNING.finish(7)));

    assertThat(running.headers().get("ce_id"))
        .isEqualTo(Messages.RUNS.encode(Examples.RUNNING).headers().get("ce_id"))
        .isNotEqualTo(finished.headers().get("ce_id"));
  }

  static Stream<Arguments> hostileHeaders() {
    return Stream.of(
        refused("header ce_specversion is missing", h -> h.remove("ce_specversion")),
        refused("header ce_specversion is missing", h -> h.put("ce_specversion", null)),
        refused(
            "header ce_specversion must be 1.0, got: '0.3'",
            h -> h.put("ce_specversion", utf8("0.3"))),
        refused(
            "header ce_type must be io.isotherm.decision.v1, got: 'io.isotherm.run.v1'",
            h -> h.put("ce_type", utf8("io.isotherm.run.v1"))),
        refused(
            "header ce_type must be io.isotherm.decision.v1, got: 'a?b?" + "x".repeat(76) + "...'",
            h -> h.put("ce_type", utf8("a\nb\u2028" + "x".repeat(5000)))),
        refused("not a CloudEvent: Attribute 'type' cannot be null", h -> h.remove("ce_type")),
        refused("not a CloudEvent: Attribute 'id' cannot be null", h -> h.remove("ce_id")),
        refused("not a CloudEvent: Attribute 'source' cannot be null", h -> h.remove("ce_source")),
        refused("header ce_source cannot be read, got: '::'", h -> h.put("ce_source", utf8("::"))),
        refused("header ce_time cannot be read, got: 'noon'", h -> h.put("ce_time", utf8("noon"))),
        refused("header ce_Upper cannot be read, got: 'x'", h -> h.put("ce_Upper", utf8("x"))),
        refused(
            "header content-type must be application/json, got: 'text/plain'",
            h -> h.put("content-type", utf8("text/plain"))),
        refused(
            "header content-type must be application/json, got: none",
            h -> h.remove("content-type")),
        refused(
            "header content-type must be application/json, got: none",
            h -> h.put("ce_datacontenttype", h.remove("content-type"))),
        refused(
            "header ce_subject is not UTF-8",
            h -> h.put("ce_subject", new byte[] {(byte) 0xc3, (byte) 0x28})),
        refused(
            "header ce_id must have at most 16384 bytes, got: 900000",
            h -> h.put("ce_id", new byte[900_000])));
  }

  @ParameterizedTest
  @MethodSource("hostileHeaders")
  void hostileHeadersGetOneClearLine(String message, Consumer<Map<String, byte[]>> change) {
    Map<String, byte[]> headers = new LinkedHashMap<>(DECISION.headers());
    change.accept(headers);

    assertThatThrownBy(
            () ->
                Messages.LEARNING_RATES.decode(DECISION.key(), headers::forEach, DECISION.value()))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage(message);
  }

  @Test
  void contentTypeMayHaveParameters() throws InvalidMessageException {
    WireRecord record = DECISION.withHeader("content-type", "Application/JSON; charset=utf-8");

    assertThat(Messages.LEARNING_RATES.decode(record.key(), headers(record), record.value()))
        .isEqualTo(Examples.DECISION);
  }

  @Test
  void keyMustBeTheRun() {
    assertThatThrownBy(
            () -> Messages.LEARNING_RATES.decode("other", headers(DECISION), DECISION.value()))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("key 'other' does not match run 'resnet-demo'");
    assertThatThrownBy(
            () -> Messages.LEARNING_RATES.decode(null, headers(DECISION), DECISION.value()))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("key none does not match run 'resnet-demo'");
  }

  @Test
  void valueMustBeThere() {
    assertThatThrownBy(() -> Messages.RUNS.decode("r", headers(runs()), null))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("the value is missing");
    assertThatThrownBy(() -> Messages.RUNS.decode("r", headers(runs()), utf8("null")))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("the value is null");
    assertThatThrownBy(() -> Messages.RUNS.decode("r", headers(runs()), new byte[0]))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("No content to map due to end-of-input");
  }

  static Stream<Arguments> hostileJson() {
    return Stream.of(
        arguments("\"revision\":2,", "", "revision is missing"),
        arguments("\"revision\":2", "\"revision\":null", "revision is missing"),
        arguments(
            "\"revision\":2", "\"revision\":2.5", "revision must be a whole number, got: 2.5"),
        arguments(
            "\"revision\":2", "\"revision\":\"2\"", "revision must be a whole number, got: \"2\""),
        arguments(
            "\"revision\":2", "\"revision\":true", "revision must be a whole number, got: true"),
        arguments(
            "\"revision\":2",
            "\"revision\":0",
            "revision of decision 9f86d081884c7d65 must be 1 or more, got: 0"),
        arguments(
            "\"revision\":2",
            "\"revision\":9223372036854775808",
            "revision must be a whole number from -9223372036854775808 to 9223372036854775807, got: 9223372036854775808"),
        arguments(
            "\"revision\":2",
            "\"revision\":2,\"revision\":3",
            "not JSON: Duplicate field 'revision'"),
        arguments(
            "\"epoch\":1",
            "\"epoch\":2147483648",
            "epoch must be a whole number from -2147483648 to 2147483647, got: 2147483648"),
        arguments(
            "\"baseLearningRate\":0.1",
            "\"baseLearningRate\":NaN",
            "not JSON: Non-standard token 'NaN'"),
        arguments(
            "\"baseLearningRate\":0.1",
            "\"baseLearningRate\":\"NaN\"",
            "baseLearningRate of decision 9f86d081884c7d65 must be finite, got: NaN"),
        arguments(
            "\"baseLearningRate\":0.1",
            "\"baseLearningRate\":1e999",
            "baseLearningRate of decision 9f86d081884c7d65 must be finite, got: Infinity"),
        arguments(
            "\"alpha\":2.5",
            "\"alpha\":\"Infinity\"",
            "alpha of layer 'block0.conv1' must be finite, got: Infinity"),
        arguments(
            "\"alpha\":2.5", "\"alpha\":\"2.5\"", "layers[2].alpha must be a number, got: \"2.5\""),
        arguments(
            "\"alphaStep\":40",
            "\"alphaStep\":40.5",
            "layers[2].alphaStep must be a whole number, got: 40.5"),
        arguments(
            "\"alphaStep\":40",
            "\"alphaStep\":\"40\"",
            "layers[2].alphaStep must be a whole number, got: \"40\""),
        arguments(
            "\"missing\":[",
            "\"missing\":[null,",
            "element 0 of missing of decision 9f86d081884c7d65 is missing"),
        arguments(
            "\"missing\":[",
            "\"missing\":[7,",
            "decision 9f86d081884c7d65 misses layer '7', which is not among its layers"),
        arguments(
            "\"missing\":[",
            "\"missing\":[\"ghost\",",
            "decision 9f86d081884c7d65 misses layer 'ghost', which is not among its layers"),
        arguments(
            "\"layers\":[",
            "\"layers\":[null,",
            "element 0 of layers of decision 9f86d081884c7d65 is missing"),
        arguments("\"layers\":[", "\"layers\":7,\"more\":[", "layers must be a list, got: 7"),
        arguments("\"minFactor\":0.5,", "", "policy.minFactor is missing"),
        arguments("\"excludeLast\":true,", "", "policy.selection.excludeLast is missing"),
        arguments("\"layer\":\"stem.conv\",", "", "layers[0].layer is missing"),
        arguments(
            "\"role\":\"tuned\"",
            "\"role\":0",
            "layers[2].role must be one of tuned, follows, excluded, no-alpha, held, got: 0"),
        arguments(
            "\"role\":\"tuned\"",
            "\"role\":\"boss\"",
            "layers[2].role must be one of tuned, follows, excluded, no-alpha, held, got: \"boss\""),
        arguments("\"role\":\"tuned\"", "\"role\":null", "layers[2].role is missing"),
        arguments(
            "\"name\":\"linear\"",
            "\"name\":\"" + "x".repeat(9000) + "\"",
            "policy has no variant '"
                + "x".repeat(80)
                + "...'; it must be one of constant, linear, sqrt, log2, step, sigmoid, hybrid"),
        arguments("\"name\":\"linear\",", "", "policy.name is missing"),
        arguments(
            "\"selection\":{", "\"selection\":null,\"more\":{", "policy.selection is missing"),
        arguments(
            "\"run\":\"resnet-demo\"",
            "\"run\":\"a b\"",
            "a run's name must be 1 to 100 letters, digits, '.', '_' or '-', got: 'a b'"),
        arguments(
            "\"id\":\"9f86d081884c7d65\"",
            "\"id\":\" \"",
            "id of a decision for run 'resnet-demo' must not be empty"),
        arguments(
            "\"missing\":[\"block0.conv1\",\"head\"]}",
            "\"missing\":[]} {}",
            "not JSON: more follows after its end"),
        arguments(
            "\"missing\":[\"block0.conv1\",\"head\"]}",
            "\"missing\":[",
            "not JSON: Unexpected end-of-input"),
        arguments(
            "{\"run\"",
            "[".repeat(5000) + "{\"run\"",
            "not JSON: Document nesting depth (1001) exceeds the maximum allowed (1000, from `StreamReadConstraints.getMaxNestingDepth()`)"),
        arguments("{\"run\"", "garbage{\"run\"", "not JSON: Unrecognized token 'garbage'"));
  }

  @ParameterizedTest
  @MethodSource("hostileJson")
  void hostileJsonGetsOneClearLine(String target, String replacement, String message) {
    byte[] value = replaced(DECISION, target, replacement);

    assertThatThrownBy(
            () -> Messages.LEARNING_RATES.decode(DECISION.key(), headers(DECISION), value))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage(message)
        .satisfies(
            e -> assertThat(e.getMessage().length()).isLessThanOrEqualTo(OneLine.MAX_LENGTH));
  }

  @Test
  void jsonInAnotherEncodingIsRefused() {
    byte[] utf16 =
        new String(DECISION.value(), StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_16LE);
    byte[] latin1 = replaced(DECISION, "head", "h\u00e9ad", StandardCharsets.ISO_8859_1);

    assertThatThrownBy(
            () -> Messages.LEARNING_RATES.decode(DECISION.key(), headers(DECISION), utf16))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessageStartingWith("not JSON: ");
    assertThatThrownBy(
            () -> Messages.LEARNING_RATES.decode(DECISION.key(), headers(DECISION), latin1))
        .isInstanceOf(InvalidMessageException.class)
        .hasMessage("the value is not UTF-8");
  }

  private static WireRecord runs() {
    return Messages.RUNS.encode(Examples.RUNNING);
  }

  private static Arguments refused(String message, Consumer<Map<String, byte[]>> change) {
    return arguments(message, change);
  }

  private static byte[] replaced(WireRecord record, String target, String replacement) {
    return replaced(record, target, replacement, StandardCharsets.UTF_8);
  }

  private static byte[] replaced(
      WireRecord record, String target, String replacement, Charset charset) {
    String json = new String(record.value(), StandardCharsets.UTF_8);
    assertThat(json).contains(target);
    int at = json.indexOf(target);
    return (json.substring(0, at) + replacement + json.substring(at + target.length()))
        .getBytes(charset);
  }
}
