package io.isotherm.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.checks.OneLine;
import io.isotherm.methods.json.Json;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/**
 * What a checkpoint of the model keeps of its run, so that a resumed run goes on with the factors
 * that it had, and to those that they were on their way to.
 *
 * @param run names the run
 * @param incarnation that was running when the checkpoint was taken
 * @param rates in force then
 */
public record RunCheckpoint(String run, long incarnation, Rates rates) {

  /** Checks the names and numbers. */
  public RunCheckpoint {
    Names.requireRun(run);
    Checks.requirePositive("incarnation of the checkpoint of run '" + run + "'", incarnation);
    Checks.requirePresent("rates of the checkpoint of run '" + run + "'", rates);
  }

  /** One JSON object, to be stored beside the model's weights. */
  public String toJson() {
    try {
      return Json.MAPPER.writeValueAsString(new Stored(run, incarnation, StoredRates.of(rates)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what {@link #toJson()} wrote, now or before there were weight decay and ramps.
   *
   * @throws IllegalArgumentException with one line that says what is wrong, if anything is
   */
  public static RunCheckpoint fromJson(String json) {
    Stored stored;
    try {
      stored = Json.MAPPER.readValue(json, Stored.class);
    } catch (JsonProcessingException e) {
      String reason =
          e.getCause() instanceof IllegalArgumentException
              ? e.getCause().getMessage()
              : e.getOriginalMessage();
      throw new IllegalArgumentException(
          "not the checkpoint of a run: " + OneLine.first(reason), e);
    }
    return Checks.requirePresent("checkpoint of a run", stored).checkpoint();
  }

  private record Stored(String run, long incarnation, StoredRates rates) {

    RunCheckpoint checkpoint() {
      return new RunCheckpoint(run, incarnation, rates == null ? null : rates.rates());
    }
  }

  /**
   * The rates in JSON. The factors are those in force even where a ramp says so, too: a reader that
   * knows no ramps goes on with them.
   */
  private record StoredRates(
      String decisionId,
      long revision,
      long basedOnStep,
      Map<String, Double> factors,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> weightDecayFactors,
      Optional<FactorRamp> ramp,
      Optional<FactorRamp> weightDecayRamp) {

    static StoredRates of(Rates rates) {
      return new StoredRates(
          rates.decisionId(),
          rates.revision(),
          rates.basedOnStep(),
          rates.factors(),
          rates.weightDecayFactors(),
          Optional.of(rates.learningRate()).filter(ramp -> !ramp.isSettled()),
          Optional.of(rates.weightDecay()).filter(ramp -> !ramp.isSettled()));
    }

    Rates rates() {
      return new Rates(
          decisionId,
          revision,
          basedOnStep,
          ramp(ramp, factors),
          ramp(weightDecayRamp, weightDecayFactors == null ? Map.of() : weightDecayFactors));
    }

    private static FactorRamp ramp(Optional<FactorRamp> ramp, Map<String, Double> factors) {
      return ramp == null || ramp.isEmpty() ? FactorRamp.settled(factors) : ramp.get();
    }
  }
}
