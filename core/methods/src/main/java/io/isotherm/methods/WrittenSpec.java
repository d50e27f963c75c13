package io.isotherm.methods;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Completes what a user has written with what is published, and says of what is wrong which field
 * it is and what stands there.
 */
final class WrittenSpec<T> {

  /** Whose variants have other fields: a variant that the user names is not completed. */
  private static final List<String> TAGS = List.of("name", "unit");

  /** The records' messages begin with the field that they are about. */
  private static final Pattern SUBJECT = Pattern.compile("^([A-Za-z]+(\\.[A-Za-z]+)*)");

  private static final int SHOWN = 80;

  private final ObjectReader strict;

  WrittenSpec(Class<T> type) {
    this.strict =
        Json.MAPPER.readerFor(type).with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  /** Why it cannot be read. */
  static final class Refusal extends Exception {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String value;

    private Refusal(String field, String value, String message) {
      super(message);
      this.field = field;
      this.value = value;
    }

    String field() {
      return field;
    }

    String value() {
      return value;
    }
  }

  /** Reads what is complete; refuses fields that it does not know. */
  T read(ObjectNode complete) throws Refusal {
    try {
      return strict.readValue(complete);
    } catch (JsonProcessingException e) {
      throw explained(e, complete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is published, with the user's values in the place of those that he has written. */
  static ObjectNode merged(ObjectNode base, ObjectNode changes) {
    for (String tag : TAGS) {
      if (changes.has(tag) && !changes.get(tag).equals(base.get(tag))) {
        return changes;
      }
    }
    ObjectNode merged = base.deepCopy();
    for (Map.Entry<String, JsonNode> change : changes.properties()) {
      JsonNode before = merged.get(change.getKey());
      JsonNode after = change.getValue();
      merged.set(
          change.getKey(),
          before instanceof ObjectNode whole && after instanceof ObjectNode part
              ? merged(whole, part)
              : after);
    }
    return merged;
  }

  private static Refusal explained(JsonProcessingException e, JsonNode spec) {
    String what = Json.explain(e);
    String path =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(step -> step.getFieldName() == null ? "" : step.getFieldName())
                .filter(step -> !step.isEmpty())
                .collect(Collectors.joining("."))
            : "";
    if (e instanceof UnrecognizedPropertyException surplus) {
      String known =
          surplus.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
      what =
          path
              + " is not a field here; "
              + (known.isEmpty() ? "there are none" : "it must be one of " + known);
    } else if (e instanceof InvalidTypeIdException variant) {
      path = path.isEmpty() ? "name" : path;
      what = "%s has no variant '%s'".formatted(path, variant.getTypeId());
    } else if (e.getCause() instanceof IllegalArgumentException refused) {
      path = joined(path, refused.getMessage());
    }
    return new Refusal(path, shown(at(spec, path)), what);
  }

  private static String joined(String path, String message) {
    Matcher subject = SUBJECT.matcher(message);
    if (!subject.find()) {
      return path;
    }
    String last = subject.group(1).substring(subject.group(1).lastIndexOf('.') + 1);
    return path.isEmpty() ? last : path + "." + last;
  }

  private static JsonNode at(JsonNode spec, String path) {
    JsonNode node = spec;
    for (String part : path.split("\\.")) {
      node = node.path(part);
    }
    return node;
  }

  /** A value for a message, cut short. */
  static String shown(JsonNode value) {
    String text = value == null || value.isMissingNode() ? "none" : value.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
