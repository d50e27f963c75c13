package io.isotherm.trainer.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.isotherm.checks.Names;
import io.isotherm.client.dl4j.SnapshotInterval;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.methods.estimator.EstimatorReader;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.json.InvalidJsonException;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.PolicyReader;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.trainer.TrainerConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads an order from JSON: what it leaves out comes from the configuration. */
@ApplicationScoped
public class OrderReader {

  private static final Set<String> FIELDS =
      Set.of(
          "run",
          "epochs",
          "seed",
          "batchSize",
          "learningRate",
          "policy",
          "shadows",
          "estimator",
          "every");

  private final TrainerConfig config;

  OrderReader(TrainerConfig config) {
    this.config = config;
  }

  /**
   * Reads an order.
   *
   * @throws InvalidOrderException if a field is unknown, of the wrong type or out of its range
   */
  public RunOrder read(String json) throws InvalidOrderException {
    JsonNode body = parse(json);
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw new InvalidOrderException(
            name, "field must be one of %s, got: %s".formatted(sorted(FIELDS), name));
      }
    }
    String run = run(body.path("run"));
    int epochs = (int) whole(body, "epochs", config.run().epochs(), 1, RunOrder.MAX_EPOCHS);
    long seed = whole(body, "seed", config.run().seed(), Long.MIN_VALUE, Long.MAX_VALUE);
    int batchSize =
        (int) whole(body, "batchSize", config.run().batchSize(), 1, config.trainingImages());
    double learningRate = learningRate(body.path("learningRate"));
    PolicySpec policy =
        body.has("policy") ? policy("policy", body.get("policy")) : PolicySpec.DEFAULT;
    SortedMap<String, PolicySpec> shadows = shadows(body.path("shadows"));
    EstimatorSpec estimator = estimator(body.path("estimator"));
    requireMetrics("policy", policy, estimator);
    for (Map.Entry<String, PolicySpec> shadow : shadows.entrySet()) {
      requireMetrics("shadows." + shadow.getKey(), shadow.getValue(), estimator);
    }
    return new RunOrder(
        run,
        epochs,
        seed,
        batchSize,
        learningRate,
        policy,
        shadows,
        estimator,
        every(body.path("every")));
  }

  private static JsonNode parse(String json) throws InvalidOrderException {
    JsonNode body;
    try {
      body = Json.MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new InvalidOrderException("", "the body must be JSON: " + firstLine(e));
    }
    if (body == null || !body.isObject()) {
      throw new InvalidOrderException("", "the body must be a JSON object");
    }
    return body;
  }

  private static String run(JsonNode value) throws InvalidOrderException {
    if (!value.isTextual()) {
      throw new InvalidOrderException("run", "run must be a string, got: " + shown(value));
    }
    try {
      return Names.requireRun(value.textValue());
    } catch (IllegalArgumentException e) {
      throw new InvalidOrderException("run", e.getMessage());
    }
  }

  private static long whole(JsonNode body, String field, long otherwise, long min, long max)
      throws InvalidOrderException {
    JsonNode value = body.path(field);
    if (value.isMissingNode()) {
      return otherwise;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToLong()
        || value.longValue() < min
        || value.longValue() > max) {
      throw new InvalidOrderException(
          field,
          "%s must be a whole number from %d to %d, got: %s"
              .formatted(field, min, max, shown(value)));
    }
    return value.longValue();
  }

  private double learningRate(JsonNode value) throws InvalidOrderException {
    if (value.isMissingNode()) {
      return config.run().learningRate();
    }
    if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() <= 0) {
      throw new InvalidOrderException(
          "learningRate", "learningRate must be a number greater than 0, got: " + shown(value));
    }
    return value.doubleValue();
  }

  /** Parameters that are left out are the published ones of the policy of that name. */
  private static PolicySpec policy(String field, JsonNode value) throws InvalidOrderException {
    try {
      return PolicyReader.read(value);
    } catch (InvalidJsonException e) {
      throw refused(field, e);
    }
  }

  private static SortedMap<String, PolicySpec> shadows(JsonNode value)
      throws InvalidOrderException {
    SortedMap<String, PolicySpec> shadows = new TreeMap<>();
    if (value.isMissingNode()) {
      return shadows;
    }
    if (!value.isObject()) {
      throw new InvalidOrderException(
          "shadows", "shadows must be an object of names and policies, got: " + shown(value));
    }
    if (value.size() > RunDescription.MAX_SHADOWS) {
      throw new InvalidOrderException(
          "shadows",
          "shadows must be at most %d, got: %d"
              .formatted(RunDescription.MAX_SHADOWS, value.size()));
    }
    for (Map.Entry<String, JsonNode> shadow : value.properties()) {
      try {
        Names.requireShadow(shadow.getKey());
      } catch (IllegalArgumentException e) {
        throw new InvalidOrderException("shadows", e.getMessage());
      }
      shadows.put(shadow.getKey(), policy("shadows." + shadow.getKey(), shadow.getValue()));
    }
    return shadows;
  }

  /** A name stands for the estimator with its published parameters. */
  private static EstimatorSpec estimator(JsonNode value) throws InvalidOrderException {
    if (value.isMissingNode()) {
      return EstimatorSpec.DEFAULT;
    }
    try {
      return EstimatorReader.read(value);
    } catch (InvalidJsonException e) {
      throw refused("estimator", e);
    }
  }

  private static InvalidOrderException refused(String field, InvalidJsonException e) {
    return new InvalidOrderException(
        e.field().isEmpty() ? field : field + "." + e.field(), e.getMessage());
  }

  private static void requireMetrics(String field, PolicySpec policy, EstimatorSpec estimator)
      throws InvalidOrderException {
    try {
      PolicyReader.requireReported(policy, estimator);
    } catch (InvalidJsonException e) {
      throw refused(field, e);
    }
  }

  private static SnapshotInterval every(JsonNode value) throws InvalidOrderException {
    if (value.isMissingNode()) {
      return new SnapshotInterval.Epochs(1);
    }
    if (value.isObject() && value.size() == 1) {
      if (value.has("epochs")) {
        return new SnapshotInterval.Epochs((int) whole(value, "epochs", 1, 1, RunOrder.MAX_EPOCHS));
      }
      if (value.has("steps")) {
        return new SnapshotInterval.Steps(whole(value, "steps", 1, 1, Integer.MAX_VALUE));
      }
    }
    throw new InvalidOrderException(
        "every", "every must be {\"epochs\": n} or {\"steps\": n}, got: " + shown(value));
  }

  private static String sorted(Set<String> names) {
    return String.join(", ", new TreeSet<>(names));
  }

  private static String shown(JsonNode value) {
    String text = value.isMissingNode() ? "none" : value.toString();
    return text.length() > 80 ? text.substring(0, 80) + "..." : text;
  }

  private static String firstLine(Throwable e) {
    String text =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    return text.lines().findFirst().orElse("");
  }
}
