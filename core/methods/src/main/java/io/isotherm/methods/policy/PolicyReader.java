package io.isotherm.methods.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.json.CatalogueReader;
import io.isotherm.methods.json.CompletingDeserializer;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import java.util.SortedSet;

/**
 * Reads a policy as users write it: an object with a name and what they want otherwise than it is
 * published.
 */
public final class PolicyReader {

  private static final CatalogueReader<PolicySpec> READER =
      new CatalogueReader<>(Policies.CATALOGUE);

  private PolicyReader() {}

  /** Reads a policy in a message; only Jackson makes one. */
  public static final class InMessages extends CompletingDeserializer<PolicySpec> {
    /** For Jackson. */
    public InMessages() {
      super(READER);
    }
  }

  /**
   * Reads a policy; what is left out is as published.
   *
   * @throws InvalidJsonException with one line, the field and its value, if it is not one; a name
   *     alone is none in JSON
   */
  public static PolicySpec read(JsonNode written) throws InvalidJsonException {
    if (written == null || !written.isObject()) {
      String shown = Json.shown(written);
      throw new InvalidJsonException(
          "", shown, "policy must be an object with a name, got: " + shown);
    }
    return READER.read(written);
  }

  /**
   * Refuses a policy by a metric that no layer has with that estimator: it would leave every layer
   * at the base rate, and nobody would know.
   *
   * @throws InvalidJsonException with one line that names the metrics that layers have, the field
   *     and its value
   */
  public static void requireReported(PolicySpec policy, EstimatorSpec estimator)
      throws InvalidJsonException {
    boolean isHybrid = policy instanceof PolicySpec.Hybrid;
    requireReported(isHybrid ? "learningRate." : "", policy.onLearningRate(), estimator);
    if (policy.onWeightDecay().isPresent()) {
      requireReported("weightDecay.", policy.onWeightDecay().get(), estimator);
    }
  }

  private static void requireReported(
      String part, PolicySpec.Single policy, EstimatorSpec estimator) throws InvalidJsonException {
    if (policy instanceof PolicySpec.Tuning tuning) {
      String metric = tuning.options().metric();
      SortedSet<String> reported = Metric.reportedBy(estimator);
      if (!reported.contains(metric)) {
        throw new InvalidJsonException(
            part + "options.metric",
            Json.shown(TextNode.valueOf(metric)),
            "metric must be one that the estimator reports, %s, got: %s"
                .formatted(String.join(", ", reported), OneLine.quoted(metric)));
      }
    }
  }
}
