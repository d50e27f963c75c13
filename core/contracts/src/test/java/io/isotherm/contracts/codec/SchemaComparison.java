package io.isotherm.contracts.codec;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.isotherm.methods.catalogue.Descriptor;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Walks a record type and its schema side by side and writes down where they differ. */
final class SchemaComparison {

  private final JsonNode document;
  private final List<String> differences = new ArrayList<>();

  SchemaComparison(JsonNode document) {
    this.document = document;
  }

  /** What {@code node} refers to, or itself. */
  static JsonNode resolve(JsonNode document, JsonNode node) {
    JsonNode reference = node.path("$ref");
    return reference.isMissingNode()
        ? node
        : resolve(document, document.at(reference.asText().substring(1)));
  }

  /** One line per difference; empty if the schema says what the type does. */
  List<String> compare(Type type, JsonNode schema) {
    compare(type, schema, type.getTypeName());
    return differences;
  }

  private void compare(Type type, JsonNode reference, String where) {
    JsonNode schema = resolve(document, reference);
    if (!reference.has("description") && !schema.has("description")) {
      differences.add(where + " has no description");
    }
    if (type instanceof ParameterizedType parameterized) {
      generic(parameterized, schema, where);
    } else if (type instanceof Class<?> simple) {
      if (simple.isRecord()) {
        object(simple, schema, where);
      } else if (simple.isSealed()) {
        choice(simple, schema, where);
      } else if (simple.isEnum()) {
        expect("enum", constants(simple), texts(schema.path("enum")), where);
      } else {
        expect("type", jsonType(simple), schema.path("type").asText(), where);
      }
    }
  }

  private void generic(ParameterizedType type, JsonNode schema, String where) {
    Type[] arguments = type.getActualTypeArguments();
    if (type.getRawType() == Optional.class) {
      compare(arguments[0], schema, where);
    } else if (type.getRawType() == List.class) {
      expect("type", "array", schema.path("type").asText(), where);
      elements(arguments[0], schema.path("items"), where + "[]");
    } else if (Map.class.isAssignableFrom((Class<?>) type.getRawType())) {
      expect("type", "object", schema.path("type").asText(), where);
      elements(arguments[1], schema.path("additionalProperties"), where + "{}");
    } else {
      differences.add(where + " has a type that no schema is known for: " + type);
    }
  }

  /** Elements that are no objects are described by the list. */
  private void elements(Type type, JsonNode schema, String where) {
    if (type instanceof Class<?> simple && !simple.isRecord() && !simple.isSealed()) {
      expect("type", jsonType(simple), resolve(document, schema).path("type").asText(), where);
    } else {
      compare(type, schema, where);
    }
  }

  private void object(Class<?> type, JsonNode schema, String where) {
    Set<String> all = new TreeSet<>();
    Set<String> required = new TreeSet<>();
    JsonTypeInfo info = typeInfo(type);
    if (info != null) {
      all.add(info.property());
      required.add(info.property());
    }
    for (RecordComponent component : type.getRecordComponents()) {
      all.add(component.getName());
      all.addAll(aliases(component));
      String standard = defaultValue(component);
      if (standard != null) {
        JsonNode described = schema.path("properties").path(component.getName()).path("default");
        String text = described.isTextual() ? described.asText() : described.toString();
        expect("default", standard, text, where + "." + component.getName());
      } else if (!component.getType().getSimpleName().startsWith("Optional")) {
        required.add(component.getName());
      }
      JsonNode property = schema.path("properties").path(component.getName());
      if (component.getAccessor().isAnnotationPresent(JsonDeserialize.class)) {
        choices(property, where + "." + component.getName());
      } else {
        compare(component.getGenericType(), property, where + "." + component.getName());
      }
    }
    Set<String> described = new TreeSet<>();
    schema.path("properties").fieldNames().forEachRemaining(described::add);
    expect("properties", all, described, where);
    expect("required", required, texts(schema.path("required")), where);
    expect("type", "object", schema.path("type").asText(), where);
  }

  /** What users may write in short has a schema of its own, of each value if it is a map's. */
  private void choices(JsonNode reference, String where) {
    JsonNode values = reference.path("additionalProperties");
    JsonNode schema = resolve(document, values.isMissingNode() ? reference : values);
    expect("shape", true, schema.has("anyOf") && schema.has("description"), where);
  }

  private void choice(Class<?> type, JsonNode schema, String where) {
    String property = typeInfo(type).property();
    Set<String> known = new TreeSet<>();
    Set<String> described = new TreeSet<>();
    for (JsonNode variant : schema.path("oneOf")) {
      described.add(name(variant, property));
    }
    List<Class<?>> variants = leaves(type).toList();
    for (Class<?> variant : variants) {
      String name = name(variant, type);
      known.add(name);
      for (JsonNode candidate : schema.path("oneOf")) {
        if (name(candidate, property).equals(name)) {
          compare(variant, candidate, where + "<" + name + ">");
        }
      }
    }
    expect("variants", known, described, where);
  }

  /** The classes at the ends of a sealed family. */
  private static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(SchemaComparison::leaves)
        : Stream.of(type);
  }

  /** The name under which a variant is written. */
  private static String name(Class<?> variant, Class<?> family) {
    JsonSubTypes listed = family.getAnnotation(JsonSubTypes.class);
    return listed == null
        ? variant.getAnnotation(Descriptor.class).name()
        : Arrays.stream(listed.value())
            .filter(type -> type.value() == variant)
            .map(JsonSubTypes.Type::name)
            .findFirst()
            .orElseThrow();
  }

  private String name(JsonNode variant, String property) {
    return resolve(document, variant).path("properties").path(property).path("const").asText();
  }

  private void expect(String what, Object code, Object described, String where) {
    if (!code.equals(described)) {
      differences.add(
          "%s of %s: %s in the code, %s in the document".formatted(what, where, code, described));
    }
  }

  /** What a component is if the message does not name it; null if the message must. */
  private static String defaultValue(RecordComponent component) {
    JsonProperty property = component.getAccessor().getAnnotation(JsonProperty.class);
    if (property != null && !property.defaultValue().isEmpty()) {
      return property.defaultValue();
    }
    JsonSetter setter = component.getAccessor().getAnnotation(JsonSetter.class);
    return setter != null && setter.nulls() == Nulls.AS_EMPTY ? "" : null;
  }

  /** Names of a component that are still read and no longer written. */
  private static List<String> aliases(RecordComponent component) {
    JsonAlias alias = component.getAccessor().getAnnotation(JsonAlias.class);
    return alias == null ? List.of() : List.of(alias.value());
  }

  private static JsonTypeInfo typeInfo(Class<?> type) {
    JsonTypeInfo own = type.getAnnotation(JsonTypeInfo.class);
    return own != null
        ? own
        : Arrays.stream(type.getInterfaces())
            .map(SchemaComparison::typeInfo)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
  }

  private static Set<String> constants(Class<?> type) {
    Set<String> names = new TreeSet<>();
    for (Field field : type.getFields()) {
      if (field.isEnumConstant()) {
        JsonProperty property = field.getAnnotation(JsonProperty.class);
        names.add(property == null ? field.getName() : property.value());
      }
    }
    return names;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new TreeSet<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static String jsonType(Class<?> type) {
    if (type == String.class) {
      return "string";
    }
    if (type == boolean.class) {
      return "boolean";
    }
    if (type == double.class || type == Double.class || type == OptionalDouble.class) {
      return "number";
    }
    if (Set.of(int.class, long.class, Long.class, OptionalInt.class, OptionalLong.class)
        .contains(type)) {
      return "integer";
    }
    return "unknown type " + type;
  }
}
