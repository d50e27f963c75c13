package io.isotherm.contracts.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.contracts.run.PolicyName;
import io.isotherm.contracts.run.PolicySpec;
import java.util.List;

/**
 * Reads a policy as users write it: a name, and what they want otherwise than it is published.
 * Whatever is left out has the value that {@link PolicyName#spec()} gives it, in the parts of a
 * hybrid, too.
 */
public final class PolicyReader {

  private static final WrittenSpec<PolicySpec> READER = new WrittenSpec<>(PolicySpec.class);

  private static final List<String> PARTS = List.of("learningRate", "weightDecay");

  private PolicyReader() {}

  /**
   * Reads a policy.
   *
   * @throws InvalidPolicyException with one line, the field and its value, if it is not one: an
   *     unknown name or field, a value of the wrong type or out of its range
   */
  public static PolicySpec read(JsonNode written) throws InvalidPolicyException {
    if (written == null || !written.isObject()) {
      String shown = WrittenSpec.shown(written);
      throw new InvalidPolicyException(
          "", shown, "policy must be an object with a name, got: " + shown);
    }
    JsonNode name = written.path("name");
    PolicyName known;
    try {
      known = PolicyName.parse(name.asText());
    } catch (IllegalArgumentException e) {
      throw new InvalidPolicyException(
          "name", WrittenSpec.shown(name), "name of a policy " + e.getMessage());
    }
    ObjectNode published = Json.MAPPER.valueToTree(known.spec());
    ObjectNode changes = ((ObjectNode) written).deepCopy();
    changes.set("name", published.get("name"));
    for (String part : PARTS) {
      if (published.has(part) && changes.get(part) instanceof ObjectNode partly) {
        changes.set(part, completed(partly, published.get(part).get("name")));
      }
    }
    try {
      return READER.read(WrittenSpec.merged(published, changes));
    } catch (WrittenSpec.Refusal e) {
      throw new InvalidPolicyException(e.field(), e.value(), e.getMessage());
    }
  }

  /** A part that names another policy than the published part is that one, not a change of it. */
  private static ObjectNode completed(ObjectNode part, JsonNode publishedName) {
    JsonNode name = part.path("name");
    if (name.equals(publishedName)) {
      return part;
    }
    try {
      PolicySpec known = PolicyName.parse(name.asText()).spec();
      if (known instanceof PolicySpec.Single) {
        ObjectNode published = Json.MAPPER.valueToTree(known);
        part.set("name", published.get("name"));
        return WrittenSpec.merged(published, part);
      }
    } catch (IllegalArgumentException e) {
      // Without a name it changes the published part; a wrong name is refused with its place.
      return part;
    }
    return part;
  }
}
