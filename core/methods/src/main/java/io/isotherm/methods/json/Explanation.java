package io.isotherm.methods.json;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.isotherm.checks.InvalidValueException;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.catalogue.VariantName;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says of JSON that cannot be read which field is wrong, what stands there and what should. What is
 * wrong comes from the type of the exception, the value from the document.
 *
 * @param document that was read
 * @param name what messages call the document; empty if they begin with its field
 */
record Explanation(JsonNode document, String name) {

  private static final Set<Class<?>> WHOLE =
      Set.of(
          int.class, Integer.class, OptionalInt.class, long.class, Long.class, OptionalLong.class);

  private static final Set<Class<?>> REAL =
      Set.of(double.class, Double.class, OptionalDouble.class);

  InvalidJsonException of(JsonProcessingException e) {
    List<JsonMappingException.Reference> path =
        e instanceof JsonMappingException mapping ? mapping.getPath() : List.of();
    String field = text(path);
    JsonNode value = at(path);
    if (e.getCause() instanceof InvalidValueException refused) {
      return new InvalidJsonException(
          joined(field, refused.field()),
          Json.shown(value.path(refused.field())),
          refused.getMessage());
    }
    return new InvalidJsonException(field, Json.shown(value), OneLine.of(message(e, field, value)));
  }

  private String message(JsonProcessingException e, String field, JsonNode value) {
    String where = joined(name, field);
    if (e.getCause() instanceof IllegalArgumentException refused) {
      return refused.getMessage();
    }
    if (e instanceof InvalidNullException) {
      return where + " is missing";
    }
    if (e instanceof UnrecognizedPropertyException surplus) {
      return where + " is not a field here; " + known(surplus.getKnownPropertyIds());
    }
    if (e instanceof InvalidTypeIdException variant) {
      return variant(variant, where);
    }
    if (e.getCause() instanceof InputCoercionException number) {
      return mismatch(where, number.getTargetType(), value);
    }
    if (e instanceof MismatchedInputException mismatch && !document.isMissingNode()) {
      return mismatch(where, mismatch.getTargetType(), value);
    }
    return e.getOriginalMessage();
  }

  private static String known(Collection<Object> names) {
    return names.isEmpty()
        ? "there are none"
        : "it must be one of "
            + names.stream().map(String::valueOf).sorted().collect(Collectors.joining(", "));
  }

  private static String variant(InvalidTypeIdException e, String where) {
    Class<?> family = e.getBaseType().getRawClass();
    return e.getTypeId() == null
        ? joined(where, tag(family)) + " is missing"
        : "%s has no variant %s; it must be one of %s"
            .formatted(
                where.isEmpty() ? tag(family) : where,
                OneLine.quoted(e.getTypeId()),
                String.join(", ", variants(family)));
  }

  private static List<String> variants(Class<?> family) {
    JsonSubTypes listed = family.getAnnotation(JsonSubTypes.class);
    return listed == null
        ? VariantName.names(family)
        : Arrays.stream(listed.value()).map(JsonSubTypes.Type::name).toList();
  }

  /** The field that tells the variants of a type from each other. */
  private static String tag(Class<?> type) {
    JsonTypeInfo own = type.getAnnotation(JsonTypeInfo.class);
    return own != null ? own.property() : tag(type.getInterfaces()[0]);
  }

  private static String mismatch(String where, Class<?> wanted, JsonNode value) {
    return "%s must be %s, got: %s"
        .formatted(
            where.isEmpty() ? "the document" : where, wanted(wanted, value), Json.shown(value));
  }

  private static String wanted(Class<?> type, JsonNode value) {
    if (WHOLE.contains(type)) {
      boolean isInt = Set.of(int.class, Integer.class, OptionalInt.class).contains(type);
      return !value.isIntegralNumber()
          ? "a whole number"
          : "a whole number from %d to %d"
              .formatted(
                  isInt ? Integer.MIN_VALUE : Long.MIN_VALUE,
                  isInt ? Integer.MAX_VALUE : Long.MAX_VALUE);
    }
    if (REAL.contains(type)) {
      return "a number";
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "text";
    }
    if (type != null && type.isEnum()) {
      return "one of " + String.join(", ", constants(type));
    }
    return type != null && Collection.class.isAssignableFrom(type) ? "a list" : "an object";
  }

  private static List<String> constants(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(Explanation::name).toList();
  }

  private static String name(Object constant) {
    return Json.MAPPER.<JsonNode>valueToTree(constant).asText();
  }

  private JsonNode at(List<JsonMappingException.Reference> path) {
    JsonNode node = document;
    for (JsonMappingException.Reference step : path) {
      node =
          step.getFieldName() == null ? node.path(step.getIndex()) : node.path(step.getFieldName());
    }
    return node;
  }

  private static String text(List<JsonMappingException.Reference> path) {
    String text = "";
    for (JsonMappingException.Reference step : path) {
      text =
          step.getFieldName() == null
              ? "%s[%d]".formatted(text, step.getIndex())
              : joined(text, step.getFieldName());
    }
    return text;
  }

  private static String joined(String path, String field) {
    return path.isEmpty() || field.isEmpty() ? path + field : path + "." + field;
  }
}
