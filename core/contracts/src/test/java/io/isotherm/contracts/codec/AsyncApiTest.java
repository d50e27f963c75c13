package io.isotherm.contracts.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Examples.Example;
import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.methods.estimator.EstimatorReader;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Estimators;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.Policies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds {@code docs/asyncapi.yaml} against the code, in both directions. */
class AsyncApiTest {

  private static final JsonNode DOCUMENT = load();

  /** A formula of an id, and a name in it that stands for a value. */
  private static final Pattern FORMULA = Pattern.compile("`([^`]+)`");

  private static final Pattern NAME = Pattern.compile("[A-Z]+");

  static List<Example> examples() {
    return Examples.ALL;
  }

  @Test
  void documentHasTheTopicsOfTheCodeAndNoOthers() {
    assertThat(DOCUMENT.path("channels"))
        .extracting(channel -> channel.path("address").asText())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Topic.values()).map(Topic::topicName).toList());
  }

  @ParameterizedTest
  @EnumSource
  void topicHasThePartitionsAndSettingsOfTheCode(Topic topic) {
    JsonNode kafka = channel(topic).path("bindings").path("kafka");

    Map<String, String> settings = new TreeMap<>();
    for (Map.Entry<String, JsonNode> setting : kafka.path("topicConfiguration").properties()) {
      JsonNode value = setting.getValue();
      settings.put(setting.getKey(), value.isArray() ? value.path(0).asText() : value.asText());
    }

    assertThat(kafka.path("partitions").asInt()).isEqualTo(topic.partitions());
    assertThat(settings).isEqualTo(topic.config());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void messageIsTheOneThatItsTopicIsSaidToCarry(Example example) {
    ObjectNode headers = headers(example.record());
    JsonNode message = message(example.record());

    assertThat(message.path("name").asText()).isEqualTo(headers.path("ce_type").asText());
    assertThat(message.path("contentType").asText())
        .isEqualTo(headers.path("content-type").asText());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void headersAndKeyAreAsDescribed(Example example) {
    JsonNode message = message(example.record());
    ObjectNode headers = headers(example.record());

    assertThat(errors(message.path("headers"), headers)).isEmpty();
    assertThat(
            errors(
                message.path("bindings").path("kafka").path("key"),
                Json.MAPPER.getNodeFactory().textNode(example.record().key())))
        .isEmpty();
    assertThat(allProperties(message.path("headers"))).containsAll(names(headers));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void idIsMadeByAFormulaOfThePage(Example example) throws Exception {
    WireRecord record = example.record();
    ObjectNode headers = headers(record);
    Map<String, String> values = new TreeMap<>();
    if (record.topic() == Topic.SNAPSHOTS) {
      values.put("RUN", headers.path("ce_run").asText());
      values.put("LAYER", headers.path("ce_layer").asText());
      values.put("INCARNATION", headers.path("ce_incarnation").asText());
      values.put("STEP", headers.path("ce_step").asText());
      values.put("SHARD", headers.path("ce_shardindex").asText());
      values.put("INDEX", headers.path("ce_chunkindex").asText());
    } else {
      JsonNode value = Json.MAPPER.readTree(record.value());
      JsonNode named = value.has("snapshot") ? value.path("snapshot") : value;
      values.put("RUN", named.path("run").asText());
      values.put("LAYER", named.path("layer").asText());
      values.put("INCARNATION", named.path("incarnation").asText());
      values.put("STEP", named.path("step").asText());
      values.put("PHASE", value.path("phase").path("name").asText());
      values.put("ID", value.path("id").asText());
      values.put(
          "UUID",
          md5(
              value.has("snapshot")
                  ? Json.MAPPER.writeValueAsBytes(value.path("estimator"))
                  : record.value()));
    }

    assertThat(ids(message(record), values)).contains(headers.path("ce_id").asText());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void valueIsAsDescribedAndHasNoOtherField(Example example) throws IOException {
    if (example.record().topic() == Topic.SNAPSHOTS) {
      String estimator = headers(example.record()).path("ce_estimator").asText(null);
      if (estimator != null) {
        assertThat(errors(schema("EstimatorSpec"), Json.MAPPER.readTree(estimator))).isEmpty();
      }
      return;
    }
    JsonNode value = Json.MAPPER.readTree(example.record().value());

    assertThat(errors(message(example.record()).path("payload"), value)).isEmpty();
  }

  @Test
  void tombstoneHasTheHeadersThatAreDescribedAndNoValue() {
    WireRecord tombstone = RunTombstones.encode("r", 7);

    JsonNode described = message(tombstone);

    assertThat(tombstone.value()).isNull();
    assertThat(described.has("payload")).isFalse();
    assertThat(errors(described.path("headers"), headers(tombstone))).isEmpty();
    assertThat(allProperties(described.path("headers"))).containsAll(names(headers(tombstone)));
    assertThat(ids(described, Map.of("RUN", "r", "INCARNATION", "7")))
        .containsExactly(headers(tombstone).path("ce_id").asText());
  }

  @Test
  void deadLetterHasTheHeadersThatAreDescribed() {
    WireRecord letter =
        DeadLetters.encode("isotherm.runs", 1, 2, "key", sink -> {}, new byte[0], "no JSON");

    JsonNode described = message(Topic.DEAD_LETTERS).path("headers");

    assertThat(errors(described, headers(letter))).isEmpty();
    assertThat(allProperties(described))
        .containsExactlyInAnyOrderElementsOf(names(headers(letter)));
  }

  static Stream<Arguments> invalid() {
    return Stream.of(
        arguments("\"revision\":2", "\"revision\":0"),
        arguments("\"revision\":2,", ""),
        arguments("\"revision\":2", "\"revision\":\"2\""),
        arguments("\"factor\":1.5", "\"factor\":0.0"),
        arguments("\"role\":\"tuned\"", "\"role\":\"boss\""),
        arguments("\"name\":\"linear\"", "\"name\":\"cubic\""),
        arguments("\"missing\":[", "\"surplus\":1,\"missing\":["));
  }

  @ParameterizedTest
  @MethodSource("invalid")
  void schemaRefusesAnInvalidMessage(String target, String replacement) throws IOException {
    String json =
        new String(
            Messages.LEARNING_RATES.encode(Examples.DECISION).value(), StandardCharsets.UTF_8);
    String invalid = json.replace(target, replacement);

    assertThat(invalid).isNotEqualTo(json);
    assertThat(errors(message(Topic.LEARNING_RATES).path("payload"), Json.MAPPER.readTree(invalid)))
        .isNotEmpty();
  }

  static Stream<Arguments> choices() {
    return Stream.of(
        arguments("Policy", Policies.CATALOGUE.names()),
        arguments("Estimator", Estimators.CATALOGUE.names()));
  }

  @ParameterizedTest
  @MethodSource("choices")
  void trainerMayWriteANameAloneOrWithWhatItWantsOtherwise(String family, List<String> names)
      throws IOException {
    JsonNode choice = schema(family + "Choice");

    assertThat(schema(family + "Name").path("enum"))
        .extracting(JsonNode::asText)
        .containsExactlyElementsOf(names);
    for (String name : names) {
      assertThat(errors(choice, Json.MAPPER.readTree("\"%s\"".formatted(name)))).isEmpty();
      assertThat(errors(choice, Json.MAPPER.readTree("{\"name\":\"%s\"}".formatted(name))))
          .isEmpty();
    }
    assertThat(errors(choice, Json.MAPPER.readTree("\"magic\""))).isNotEmpty();
  }

  static List<String> estimators() {
    return Estimators.CATALOGUE.names();
  }

  @ParameterizedTest
  @MethodSource("estimators")
  void chunkMayNameItsEstimatorAloneAndAPresetToo(String name) throws Exception {
    WireRecord chunk =
        SnapshotCodec.encode((SnapshotChunk) exampleOn(Topic.SNAPSHOTS).message())
            .withHeader("ce_estimator", "\"%s\"".formatted(name));
    JsonNode header = property(message(chunk).path("headers"), "ce_estimator");

    assertThat(
            SnapshotCodec.decode(chunk.key(), sink -> chunk.headers().forEach(sink), chunk.value())
                .estimator())
        .contains(EstimatorReader.read(TextNode.valueOf(name)));
    assertThat(errors(header.path("contentSchema"), TextNode.valueOf(name))).isEmpty();
    assertThat(errors(header.path("contentSchema"), TextNode.valueOf("magic"))).isNotEmpty();
  }

  static Stream<Arguments> messageTypes() {
    return Stream.of(
        arguments(RunDescription.class, "RunDescription"),
        arguments(Progress.class, "Progress"),
        arguments(LayerOutcome.class, "LayerOutcome"),
        arguments(Decision.class, "Decision"),
        arguments(Control.class, "Control"),
        arguments(Refusal.class, "Refusal"),
        arguments(EstimatorSpec.class, "EstimatorSpec"));
  }

  @ParameterizedTest
  @MethodSource("messageTypes")
  void schemaHasTheFieldsOfTheRecords(Class<?> type, String schema) {
    List<String> differences = new SchemaComparison(DOCUMENT).compare(type, schema(schema));

    assertThat(differences).isEmpty();
  }

  /** What an author of a client cannot see in a schema. */
  static Stream<String> said() {
    return Stream.of(
        "isolation.level=read_committed",
        "high watermarks",
        "partitioner=murmur2_random",
        "murmur2 over the key's UTF-8 bytes",
        "without a consumer group",
        "Step 0",
        "isotherm.scheduler.decision-deadline",
        "GET /runs/RUN/decisions",
        "%,d layers".formatted(RunDescription.MAX_LAYERS),
        "%d shadows".formatted(RunDescription.MAX_SHADOWS),
        "%,d layers times maps".formatted(RunDescription.MAX_REMEMBERED),
        "%,d bytes at most, a document".formatted(SnapshotChunk.CHUNK_BYTES),
        "%,d bytes at most; a producer".formatted(Topic.MAX_MESSAGE_BYTES));
  }

  @ParameterizedTest
  @MethodSource("said")
  void introductionSaysWhatAnAuthorHasToKnow(String words) {
    String introduction = DOCUMENT.path("info").path("description").asText();

    assertThat(introduction.replaceAll("\\s+", " ")).contains(words);
  }

  @Test
  void introductionNamesTheTopicsThatMeetInOnePartition() {
    String introduction = DOCUMENT.path("info").path("description").asText();

    assertThat(introduction).contains(Topic.JOINED.stream().map(Topic::topicName).toList());
  }

  @Test
  void boundsOfTheSchemasAreThoseOfTheCode() {
    JsonNode run = schema("RunDescription").path("properties");

    assertThat(run.path("layers").path("maxItems").asInt()).isEqualTo(RunDescription.MAX_LAYERS);
    assertThat(run.path("shadows").path("maxProperties").asInt())
        .isEqualTo(RunDescription.MAX_SHADOWS);
    assertThat(schema("Progress").path("properties").path("metrics").path("maxProperties").asInt())
        .isEqualTo(Progress.MAX_METRICS);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    List<JsonNode> references = DOCUMENT.findValues("$ref");

    assertThat(references).isNotEmpty();
    for (JsonNode reference : references) {
      assertThat(DOCUMENT.at(reference.asText().substring(1)).isMissingNode())
          .as(reference.asText())
          .isFalse();
    }
  }

  private static JsonNode channel(Topic topic) {
    for (JsonNode channel : DOCUMENT.path("channels")) {
      if (channel.path("address").asText().equals(topic.topicName())) {
        return channel;
      }
    }
    throw new AssertionError("no channel for " + topic);
  }

  /** The message that its topic is said to carry beside others, or alone. */
  private static JsonNode message(WireRecord record) {
    String type = headers(record).path("ce_type").asText();
    for (JsonNode reference : channel(record.topic()).path("messages")) {
      JsonNode message = SchemaComparison.resolve(DOCUMENT, reference);
      if (message.path("name").asText().equals(type)) {
        return message;
      }
    }
    throw new AssertionError(record.topic() + " is not said to carry " + type);
  }

  /** The only message of a topic. */
  private static JsonNode message(Topic topic) {
    JsonNode messages = channel(topic).path("messages");
    assertThat(messages).hasSize(1);
    return SchemaComparison.resolve(DOCUMENT, messages.iterator().next());
  }

  private static JsonNode schema(String name) {
    return DOCUMENT.path("components").path("schemas").path(name);
  }

  private static ObjectNode headers(WireRecord record) {
    ObjectNode headers = Json.MAPPER.createObjectNode();
    record
        .headers()
        .forEach((name, value) -> headers.put(name, new String(value, StandardCharsets.UTF_8)));
    return headers;
  }

  private static Example exampleOn(Topic topic) {
    return Examples.ALL.stream()
        .filter(example -> example.record().topic() == topic)
        .findFirst()
        .orElseThrow();
  }

  /** The ids that the formulas of a message give, those between backquotes in its description. */
  private static List<String> ids(JsonNode message, Map<String, String> values) {
    String formulas = property(message.path("headers"), "ce_id").path("description").asText();
    List<String> ids =
        FORMULA
            .matcher(formulas)
            .results()
            .map(
                formula ->
                    NAME.matcher(formula.group(1))
                        .replaceAll(name -> Matcher.quoteReplacement(values.get(name.group()))))
            .toList();
    assertThat(ids).as(formulas).isNotEmpty();
    return ids;
  }

  /** Not as the code has it: RFC 9562 with the MD5 of a name that no namespace stands before. */
  private static String md5(byte[] value) throws NoSuchAlgorithmException {
    byte[] hash = MessageDigest.getInstance("MD5").digest(value);
    hash[6] = (byte) ((hash[6] & 0x0f) | 0x30);
    hash[8] = (byte) ((hash[8] & 0x3f) | 0x80);
    String digits = HexFormat.of().formatHex(hash);
    return digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  /** A property of a schema, where the last of its parts that has it says the most. */
  private static JsonNode property(JsonNode schema, String name) {
    JsonNode resolved = SchemaComparison.resolve(DOCUMENT, schema);
    JsonNode found = resolved.path("properties").path(name);
    for (JsonNode part : resolved.path("allOf")) {
      JsonNode more = property(part, name);
      found = more.isMissingNode() ? found : more;
    }
    return found;
  }

  /** Names of the properties of a schema and of all that it is put together from. */
  private static List<String> allProperties(JsonNode schema) {
    JsonNode resolved = SchemaComparison.resolve(DOCUMENT, schema);
    List<String> all = new ArrayList<>(names(resolved.path("properties")));
    resolved.path("allOf").forEach(part -> all.addAll(allProperties(part)));
    return all;
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Validates against a part of the document in which no object may have surplus fields. */
  private static Set<ValidationMessage> errors(JsonNode schema, JsonNode instance) {
    ObjectNode root = Json.MAPPER.createObjectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.set("components", closed());
    root.setAll((ObjectNode) schema.deepCopy());
    JsonSchema validator =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
    return validator.validate(instance);
  }

  private static JsonNode closed() {
    JsonNode components = DOCUMENT.path("components").deepCopy();
    for (Map.Entry<String, JsonNode> schema : components.path("schemas").properties()) {
      if (!schema.getKey().endsWith("Headers") && schema.getValue().has("properties")) {
        ((ObjectNode) schema.getValue()).put("additionalProperties", false);
      }
    }
    return components;
  }

  private static JsonNode load() {
    try {
      return new YAMLMapper().readTree(Path.of("../../docs/asyncapi.yaml").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
