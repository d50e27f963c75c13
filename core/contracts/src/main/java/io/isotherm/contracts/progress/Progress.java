package io.isotherm.contracts.progress;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

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
 * @param factors by layer, those in force that are not 1
 * @param applied decisions taken over since the message before
 * @param counters totals of this incarnation
 * @param weightDecayFactors by layer, those in force that are not 1
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
    Map<String, Double> factors,
    List<AppliedDecision> applied,
    ClientCounters counters,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "{}")
        Map<String, Double> weightDecayFactors) {

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
    factors = Checks.requireEntries("factors of run '" + run + "'", factors);
    factors.forEach(
        (layer, factor) ->
            Checks.requirePositive("factor of layer '" + Names.requireLayer(layer) + "'", factor));
    applied = Checks.requireElements("applied of run '" + run + "'", applied);
    Checks.requirePresent("counters of run '" + run + "'", counters);
    weightDecayFactors =
        weightDecayFactors == null
            ? Map.of()
            : Checks.requireEntries("weightDecayFactors of run '" + run + "'", weightDecayFactors);
    weightDecayFactors.forEach(
        (layer, factor) ->
            Checks.requirePositive(
                "weight decay factor of layer '" + Names.requireLayer(layer) + "'", factor));
  }

  /** With weight decay as it is. */
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
        Map.of());
  }
}
