package io.isotherm.methods;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.isotherm.checks.OneLine;
import java.util.List;
import java.util.SortedSet;

/**
 * Reads a policy as users write it: a name, and what they want otherwise than it is published.
 * Whatever is left out has the value that {@link PolicyName#spec()} gives it. A part of a hybrid
 * that has a name is completed with what is published under that name; one without a name changes
 * the published part. So a policy's own JSON is that policy again.
 */
public final class PolicyReader {

  private static final WrittenSpec<PolicySpec> READER = new WrittenSpec<>(PolicySpec.class);

  private static final List<String> PARTS = List.of("learningRate", "weightDecay");

  private PolicyReader() {}

  /**
   * Refuses a policy by a metric that no layer has with that estimator: it would leave every layer
   * at the base rate, and nobody would know.
   *
   * @throws InvalidPolicyException with one line that names the metrics that layers have, the field
   *     and its value
   */
  public static void requireReported(PolicySpec policy, EstimatorSpec estimator)
      throws InvalidPolicyException {
    boolean isHybrid = policy instanceof PolicySpec.Hybrid;
    requireReported(isHybrid ? "learningRate." : "", policy.onLearningRate(), estimator);
    if (policy.onWeightDecay().isPresent()) {
      requireReported("weightDecay.", policy.onWeightDecay().get(), estimator);
    }
  }

  private static void requireReported(
      String part, PolicySpec.Single policy, EstimatorSpec estimator)
      throws InvalidPolicyException {
    if (policy instanceof PolicySpec.Tuning tuning) {
      String metric = tuning.options().metric();
      SortedSet<String> reported = Metrics.reportedBy(estimator);
      if (!reported.contains(metric)) {
        throw new InvalidPolicyException(
            part + "options.metric",
            WrittenSpec.shown(TextNode.valueOf(metric)),
            "metric must be one that the estimator reports, %s, got: %s"
                .formatted(String.join(", ", reported), OneLine.quoted(metric)));
      }
    }
  }

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
      if (changes.get(part) instanceof ObjectNode policy && policy.has("name")) {
        published.remove(part);
        changes.set(part, completed(policy));
      }
    }
    try {
      return READER.read(WrittenSpec.merged(published, changes));
    } catch (WrittenSpec.Refusal e) {
      throw new InvalidPolicyException(e.field(), e.value(), e.getMessage());
    }
  }

  /** A part with a name, completed with what is published under that name. */
  private static ObjectNode completed(ObjectNode part) {
    try {
      PolicySpec known = PolicyName.parse(part.path("name").asText()).spec();
      if (known instanceof PolicySpec.Single) {
        ObjectNode published = Json.MAPPER.valueToTree(known);
        part.set("name", published.get("name"));
        return WrittenSpec.merged(published, part);
      }
    } catch (IllegalArgumentException e) {
      // It is refused with its place.
      return part;
    }
    return part;
  }
}
