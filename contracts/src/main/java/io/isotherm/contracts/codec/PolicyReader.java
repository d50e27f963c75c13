package io.isotherm.contracts.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.run.PolicyName;
import io.isotherm.contracts.run.PolicySpec;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Reads a policy as users write it: a name, and what they want otherwise than it is published.
 * Whatever is left out has the value that {@link PolicyName#spec()} gives it.
 */
public final class PolicyReader {

  private static final ObjectReader STRICT =
      Json.MAPPER
          .readerFor(PolicySpec.class)
          .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** Tells policies apart, also as the parts of a hybrid one. */
  private static final String NAME = "name";

  /** Whose variants have other fields: one that the user names is not completed. */
  private static final String UNIT = "unit";

  /** The records' messages begin with the field that they are about. */
  private static final Pattern SUBJECT = Pattern.compile("^([A-Za-z]+(\\.[A-Za-z]+)*)");

  private static final int SHOWN = 80;

  private PolicyReader() {}

  /**
   * Reads a policy.
   *
   * @throws InvalidPolicyException with one line, the field and its value, if it is not one: an
   *     unknown name or field, a value of the wrong type or out of its range
   */
  public static PolicySpec read(JsonNode written) throws InvalidPolicyException {
    if (written == null || !written.isObject()) {
      throw new InvalidPolicyException(
          "", shown(written), "policy must be an object with a name, got: " + shown(written));
    }
    JsonNode name = written.path(NAME);
    PolicyName known;
    try {
      known = PolicyName.parse(name.asText());
    } catch (IllegalArgumentException e) {
      throw new InvalidPolicyException(NAME, shown(name), "name of a policy " + e.getMessage());
    }
    JsonNode complete = completed(known, (ObjectNode) written);
    try {
      return STRICT.readValue(complete);
    } catch (JsonProcessingException e) {
      throw explained(e, complete);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static JsonNode completed(PolicyName known, ObjectNode written) {
    ObjectNode published = Json.MAPPER.valueToTree(known.spec());
    ObjectNode changes = written.deepCopy();
    changes.set(NAME, published.get(NAME));
    return merged(published, changes);
  }

  private static JsonNode merged(ObjectNode base, ObjectNode changes) {
    if (isOther(NAME, base, changes)) {
      return Arrays.stream(PolicyName.values())
          .filter(known -> known.toString().equals(changes.get(NAME).asText()))
          .filter(known -> known.spec() instanceof PolicySpec.Single)
          .map(known -> completed(known, changes))
          .findFirst()
          .orElse(changes);
    }
    if (isOther(UNIT, base, changes)) {
      return changes;
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

  private static boolean isOther(String tag, ObjectNode base, ObjectNode changes) {
    return changes.has(tag) && !changes.get(tag).equals(base.get(tag));
  }

  private static InvalidPolicyException explained(JsonProcessingException e, JsonNode policy) {
    String what = Json.explain(e);
    String path =
        e instanceof JsonMappingException mapping
            ? mapping.getPath().stream()
                .map(step -> step.getFieldName() == null ? "" : step.getFieldName())
                .filter(step -> !step.isEmpty())
                .collect(Collectors.joining("."))
            : "";
    if (e instanceof UnrecognizedPropertyException surplus) {
      what =
          "%s is not a field here; it must be one of %s"
              .formatted(
                  path,
                  surplus.getKnownPropertyIds().stream()
                      .map(String::valueOf)
                      .sorted()
                      .collect(Collectors.joining(", ")));
    } else if (e instanceof InvalidTypeIdException variant) {
      path = path.isEmpty() ? NAME : path;
      what = "%s has no variant '%s'".formatted(path, variant.getTypeId());
    } else if (e.getCause() instanceof IllegalArgumentException refused) {
      path = joined(path, refused.getMessage());
    }
    return new InvalidPolicyException(path, shown(at(policy, path)), what);
  }

  private static String joined(String path, String message) {
    Matcher subject = SUBJECT.matcher(message);
    if (!subject.find()) {
      return path;
    }
    String last = subject.group(1).substring(subject.group(1).lastIndexOf('.') + 1);
    return path.isEmpty() ? last : path + "." + last;
  }

  private static JsonNode at(JsonNode policy, String path) {
    JsonNode node = policy;
    for (String part : path.split("\\.")) {
      node = node.path(part);
    }
    return node;
  }

  private static String shown(JsonNode value) {
    String text = value == null || value.isMissingNode() ? "none" : value.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "..." : text;
  }
}
