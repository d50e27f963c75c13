package io.isotherm.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.isotherm.methods.Compatibility;
import io.isotherm.methods.EstimatorSpec;
import io.isotherm.methods.InvalidPolicyException;
import io.isotherm.methods.Json;
import io.isotherm.methods.PolicyReader;
import io.isotherm.methods.PolicySpec;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that say how metrics become factors. One that a policy has no use for is refused. */
final class PolicyArguments {

  /** Each of them tells a layer that is tuned from one that is not: a policy that tunes has it. */
  private static final String SELECTION = "selection";

  private static final String MIN_FACTOR = "minFactor";
  private static final String MAX_FACTOR = "maxFactor";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--policy",
      paramLabel = "NAME",
      description =
          "show what this policy would set: constant, linear, sqrt, log2, step, sigmoid, hybrid, llr"
              + " or alphadecay, with the parameters that it is published with; or a policy as JSON,"
              + " for example '{\"name\":\"sigmoid\",\"upper\":2}'")
  private Optional<String> policy;

  @Option(
      names = "--s1",
      paramLabel = "X",
      description =
          "factor of the smallest metric, with linear and step, llr and alphadecay (default of linear"
              + " and step: 0.5)")
  private Optional<Double> smallest;

  @Option(
      names = "--s2",
      paramLabel = "X",
      description = "factor of the largest metric (default of linear and step: 1.5)")
  private Optional<Double> largest;

  @Option(
      names = "--keep-first",
      description =
          "keep the network's first layer among those that are tuned; without it TempBalance's and"
              + " Model Balancing's policies leave it at the base rate")
  private boolean keepFirst;

  @Option(names = "--keep-last", description = "the same for the network's last layer")
  private boolean keepLast;

  @Option(
      names = "--min-eigenvalues",
      paramLabel = "N",
      description = "layers with fewer eigenvalues stay at the base rate (default: 50)")
  private Optional<Integer> minEigenvalues;

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description =
          "the number that the policy is applied to, for example spectralNorm; the estimator must"
              + " report it (default: alpha)")
  private Optional<String> metric;

  @Option(
      names = "--compatibility",
      paramLabel = "NAME",
      converter = CompatibilityConverter.class,
      description =
          "what to answer where the published code's answer is an accident: sane or reference, the"
              + " accident (default: sane)")
  private Optional<Compatibility> compatibility;

  /** A field of a policy's JSON that an option replaces. */
  private record Change(String option, List<String> path, Optional<JsonNode> value) {

    /** Whether that policy has the field, or what the field is a part of. */
    boolean fits(ObjectNode single) {
      return single.has(path.get(0).equals("options") ? SELECTION : path.get(0));
    }

    void applyTo(ObjectNode single) {
      ObjectNode owner = single;
      for (String part : path.subList(0, path.size() - 1)) {
        owner = owner.withObjectProperty(part);
      }
      owner.set(path.get(path.size() - 1), value.orElseThrow());
    }
  }

  /**
   * The policy; absent if the user has named none.
   *
   * @throws ParameterException if there is no such policy, or if an option does not apply to it or
   *     is out of its range
   */
  Optional<PolicySpec> policy() {
    List<Change> changes = changes().filter(change -> change.value().isPresent()).toList();
    if (policy.isEmpty()) {
      if (!changes.isEmpty()) {
        throw refused(changes.get(0).option() + " needs --policy");
      }
      return Optional.empty();
    }
    try {
      ObjectNode json = Json.MAPPER.valueToTree(named("--policy", policy.get()));
      changes.forEach(change -> apply(change, json));
      return Optional.of(PolicyReader.read(json));
    } catch (InvalidPolicyException e) {
      throw refused(e.getMessage());
    }
  }

  /**
   * Refuses a policy by a metric that no layer has with that estimator.
   *
   * @throws ParameterException with one line that names those that layers have
   */
  void requireReported(PolicySpec policy, EstimatorSpec estimator) {
    try {
      PolicyReader.requireReported(policy, estimator);
    } catch (InvalidPolicyException e) {
      throw refused(e.getMessage());
    }
  }

  /** What stands behind {@code --policy}, for headings. */
  String label() {
    return policy.orElse("");
  }

  /**
   * A policy by its name or as JSON.
   *
   * @param option that it stands behind
   * @throws ParameterException if it is none
   */
  PolicySpec named(String option, String text) {
    try {
      return new PolicyConverter().convert(text);
    } catch (TypeConversionException e) {
      throw refused(option + " " + e.getMessage());
    }
  }

  private Stream<Change> changes() {
    return Stream.of(
        new Change("--s1", List.of(MIN_FACTOR), number(smallest)),
        new Change("--s2", List.of(MAX_FACTOR), number(largest)),
        new Change("--keep-first", List.of(SELECTION, "excludeFirst"), kept(keepFirst)),
        new Change("--keep-last", List.of(SELECTION, "excludeLast"), kept(keepLast)),
        new Change(
            "--min-eigenvalues",
            List.of(SELECTION, "minEigenvalues"),
            minEigenvalues.map(count -> JSON.numberNode(count.intValue()))),
        new Change(
            "--metric", List.of("options", "metric"), metric.map(name -> JSON.textNode(name))),
        new Change(
            "--compatibility",
            List.of("compatibility"),
            compatibility.map(Json.MAPPER::valueToTree)));
  }

  private static Optional<JsonNode> number(Optional<Double> number) {
    return number.map(value -> JSON.numberNode(value.doubleValue()));
  }

  private static Optional<JsonNode> kept(boolean keep) {
    return keep ? Optional.of(JSON.booleanNode(false)) : Optional.empty();
  }

  /** Changes each part of a policy that has the field: the rate's, the weight decay's or both. */
  private void apply(Change change, ObjectNode json) {
    List<ObjectNode> parts =
        Stream.of(json, json.path("learningRate"), json.path("weightDecay"))
            .filter(JsonNode::isObject)
            .map(ObjectNode.class::cast)
            .filter(change::fits)
            .toList();
    if (parts.isEmpty()) {
      throw refused(
          "%s does not apply to --policy %s".formatted(change.option(), policy.orElseThrow()));
    }
    parts.forEach(change::applyTo);
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  /** Reads {@code --compatibility}. */
  static final class CompatibilityConverter extends LabelConverter<Compatibility> {
    CompatibilityConverter() {
      super(Compatibility.class);
    }
  }
}
