package io.isotherm.contracts.progress;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.checks.OneLine;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/**
 * Where a run stands, in its trainer's own words.
 *
 * @param run names the run
 * @param incarnation of the run
 * @param step steps trained so far
 * @param epoch epochs completed so far
 * @param totalSteps planned length of the run
 * @param loss of the newest batch, if it is finite
 * @param accuracy on held-out data, 0 to 1, if it was measured since the message before
 * @param baseLearningRate the base rate that the newest step was trained with
 * @param factors by layer, those in force that are not 1; a trainer of very many layers may leave
 *     them out
 * @param applied decisions taken over since the message before
 * @param counters totals of this incarnation
 * @param weightDecayFactors by layer, those in force that are not 1
 * @param metrics whatever else the trainer measures, newest value by name, for example {@code
 *     tokensPerSecond}; at most {@value #MAX_METRICS}
 */
public record Progress(
    String run,
    long incarnation,
    long step,
    int epoch,
    long totalSteps,
    OptionalDouble loss,
    OptionalDouble accuracy,
    double baseLearningRate,
    @JsonProperty(defaultValue = "{}") Map<String, Double> factors,
    List<AppliedDecision> applied,
    ClientCounters counters,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        Map<String, Double> weightDecayFactors,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        Map<String, Double> metrics) {

  /** Largest number of metrics in one message. */
  public static final int MAX_METRICS = 32;

  private static final Pattern METRIC = Pattern.compile("[A-Za-z0-9._/-]{1,64}");

  /** Checks the numbers. */
  public Progress {
    Names.requireRun(run);
    Checks.requirePositive("incarnation of run '" + run + "'", incarnation);
    Checks.requireNotNegative("step of run '" + run + "'", step);
    Checks.requireNotNegative("epoch of run '" + run + "'", (long) epoch);
    Checks.requirePositive("totalSteps of run '" + run + "'", totalSteps);
    loss = loss == null ? OptionalDouble.empty() : loss;
    accuracy = accuracy == null ? OptionalDouble.empty() : accuracy;
    if (loss.isPresent()) {
      Checks.requireFinite("loss of run '" + run + "'", loss.getAsDouble());
    }
    if (accuracy.isPresent() && !(accuracy.getAsDouble() >= 0 && accuracy.getAsDouble() <= 1)) {
      throw new IllegalArgumentException(
          "accuracy of run '%s' must be between 0 and 1, got: %s"
              .formatted(run, accuracy.getAsDouble()));
    }
    Checks.requireNotNegative("baseLearningRate of run '" + run + "'", baseLearningRate);
    factors = checkedFactors(run, "factors", "factor", factors);
    applied = Checks.requireElements("applied of run '" + run + "'", applied);
    Checks.requirePresent("counters of run '" + run + "'", counters);
    weightDecayFactors =
        checkedFactors(run, "weightDecayFactors", "weight decay factor", weightDecayFactors);
    metrics = metrics == null ? Map.of() : checkedMetrics(run, metrics);
  }

  private static Map<String, Double> checkedFactors(
      String run, String field, String what, Map<String, Double> factors) {
    if (factors == null) {
      return Map.of();
    }
    Map<String, Double> copy =
        Checks.requireEntries("%s of run '%s'".formatted(field, run), factors);
    copy.forEach(
        (layer, factor) ->
            Checks.requirePositive(what + " of layer '" + Names.requireLayer(layer) + "'", factor));
    return copy;
  }

  private static Map<String, Double> checkedMetrics(String run, Map<String, Double> metrics) {
    if (metrics.size() > MAX_METRICS) {
      throw new IllegalArgumentException(
          "run '%s' must have at most %d metrics, got: %d"
              .formatted(run, MAX_METRICS, metrics.size()));
    }
    Map<String, Double> copy = Checks.requireEntries("metrics of run '" + run + "'", metrics);
    copy.forEach(
        (name, value) -> {
          if (!METRIC.matcher(name).matches()) {
            throw new IllegalArgumentException(
                "a metric's name must be 1 to 64 letters, digits, '.', '_', '/' or '-', got: "
                    + OneLine.quoted(name));
          }
          Checks.requireFinite("metric '" + name + "' of run '" + run + "'", value);
        });
    return copy;
  }

  /** Without metrics, and with weight decay as it is. */
  public Progress(
      String run,
      long incarnation,
      long step,
      int epoch,
      long totalSteps,
      OptionalDouble loss,
      OptionalDouble accuracy,
      double baseLearningRate,
      Map<String, Double> factors,
      List<AppliedDecision> applied,
      ClientCounters counters) {
    this(
        run,
        incarnation,
        step,
        epoch,
        totalSteps,
        loss,
        accuracy,
        baseLearningRate,
        factors,
        applied,
        counters,
        Map.of(),
        Map.of());
  }
}
