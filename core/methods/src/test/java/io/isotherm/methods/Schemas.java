package io.isotherm.methods;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.isotherm.checks.Names;
import io.isotherm.methods.catalogue.Bounds;
import io.isotherm.methods.catalogue.Descriptor;
import io.isotherm.methods.catalogue.Field;
import io.isotherm.methods.catalogue.Fields;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.LayerSelection;
import io.isotherm.methods.policy.PolicySpec;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The JSON schemas of estimators and policies, as the catalogue describes them. */
final class Schemas {

  private static final String LAYER_PATTERN = "LayerPattern";

  private final ObjectNode schemas = Json.MAPPER.createObjectNode();

  private Schemas() {}

  /** The schemas by name. */
  static ObjectNode json() {
    Schemas all = new Schemas();
    all.pattern();
    all.metrics();
    all.reference(PolicySpec.class);
    all.reference(EstimatorSpec.class);
    return all.schemas;
  }

  /** The schemas as YAML. */
  static String yaml() {
    try {
      return new YAMLMapper(
              YAMLFactory.builder()
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
                  .build())
          .writeValueAsString(json());
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void pattern() {
    schemas
        .putObject(LAYER_PATTERN)
        .put("type", "string")
        .put("minLength", 1)
        .put("maxLength", Names.MAX_LAYER_LENGTH)
        .put("description", "A layer's name, in which * stands for any characters and ? for one.");
  }

  private void metrics() {
    ObjectNode schema = schemas.putObject("Metrics");
    schema.put("type", "object");
    schema.putObject("additionalProperties").put("type", "number");
    schema.put(
        "description",
        Arrays.stream(Metric.values())
            .filter(metric -> !metric.isOfEveryEstimator())
            .map(metric -> "%s (%s)".formatted(metric.key(), Tables.reporters(metric)))
            .collect(Collectors.joining(", ", "What some estimators say beyond that: ", "."))
            .replace("`", ""));
  }

  private ObjectNode reference(Class<?> type) {
    String name = name(type);
    if (!schemas.has(name)) {
      ObjectNode schema = schemas.putObject(name);
      if (type.isSealed()) {
        choice(type, schema);
      } else {
        object(type.asSubclass(Record.class), schema);
      }
    }
    return Json.MAPPER.createObjectNode().put("$ref", "#/components/schemas/" + name);
  }

  private void choice(Class<?> family, ObjectNode schema) {
    schema.put("description", family.getAnnotation(Descriptor.class).summary());
    ArrayNode variants = schema.putArray("oneOf");
    records(family).forEach(type -> variants.add(reference(type)));
  }

  private static List<Class<?>> records(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses())
            .flatMap(permitted -> records(permitted).stream())
            .toList()
        : List.of(type);
  }

  private void object(Class<? extends Record> type, ObjectNode schema) {
    Descriptor descriptor = type.getAnnotation(Descriptor.class);
    schema.put("type", "object").put("description", descriptor.summary());
    ArrayNode required = schema.putArray("required");
    ObjectNode properties = schema.putObject("properties");
    if (!descriptor.name().isEmpty()) {
      String tag = tag(type);
      required.add(tag);
      properties.putObject(tag).put("const", descriptor.name());
    }
    for (Field field : Fields.of(type).list()) {
      if (!field.isOptional() && field.whenMissing().isEmpty()) {
        required.add(field.name());
      }
      ObjectNode described = value(field, descriptor);
      field.whenMissing().ifPresent(text -> described.set("default", json(text)));
      properties.set(field.name(), described);
    }
    if (required.isEmpty()) {
      schema.remove("required");
    }
  }

  private ObjectNode value(Field field, Descriptor descriptor) {
    Class<?> type = field.valueType();
    if (type.isSealed() || type.isRecord()) {
      return reference(type);
    }
    ObjectNode schema = Json.MAPPER.createObjectNode();
    if (type.isEnum()) {
      schema.put("type", "string");
      ArrayNode constants = schema.putArray("enum");
      for (Object constant : type.getEnumConstants()) {
        constants.add(Json.MAPPER.<JsonNode>valueToTree(constant));
      }
    } else if (type == List.class) {
      schema.put("type", "array").put("maxItems", LayerSelection.MAX_PATTERNS);
      schema.putObject("items").put("$ref", "#/components/schemas/" + LAYER_PATTERN);
    } else if (type == String.class) {
      schema.put("type", "string").put("minLength", 1).put("maxLength", field.maxLength());
    } else if (type == boolean.class) {
      schema.put("type", "boolean");
    } else {
      number(type, field.bounds(), schema);
    }
    if (field.name().equals("version")) {
      schema.put("const", descriptor.version());
    }
    return schema.put("description", sentence(field.documentation()));
  }

  private static void number(Class<?> type, Bounds bounds, ObjectNode schema) {
    if (type == double.class) {
      schema.put("type", "number");
    } else {
      schema.put("type", "integer").put("format", type == int.class ? "int32" : "int64");
    }
    bound(schema, "exclusiveMinimum", bounds.above());
    bound(schema, "minimum", bounds.atLeast());
    bound(schema, "exclusiveMaximum", bounds.below());
    bound(schema, "maximum", bounds.atMost());
  }

  private static void bound(ObjectNode schema, String keyword, double bound) {
    if (Double.isFinite(bound)) {
      schema.put(keyword, (long) bound);
    }
  }

  /** What stands for a missing field, which its annotation has as text. */
  private static JsonNode json(String text) {
    try {
      return Json.MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    }
  }

  static String sentence(String documentation) {
    return Character.toUpperCase(documentation.charAt(0)) + documentation.substring(1) + ".";
  }

  /** LinearPolicy, TempBalanceEstimator, StepsWindow; a family and a single record as they are. */
  private static String name(Class<?> type) {
    if (type == PolicySpec.Single.class) {
      return "SinglePolicy";
    }
    return type.isRecord() && type.isAnnotationPresent(Descriptor.class) && family(type) != null
        ? type.getSimpleName() + family(type).getSimpleName().replace("Spec", "")
        : type.getSimpleName();
  }

  private static String tag(Class<?> type) {
    return family(type).getAnnotation(JsonTypeInfo.class).property();
  }

  /** The interface above a type that says how its variants are told from each other. */
  private static Class<?> family(Class<?> type) {
    if (type.isInterface() && type.isAnnotationPresent(JsonTypeInfo.class)) {
      return type;
    }
    for (Class<?> above : type.getInterfaces()) {
      Class<?> family = family(above);
      if (family != null) {
        return family;
      }
    }
    return null;
  }
}
