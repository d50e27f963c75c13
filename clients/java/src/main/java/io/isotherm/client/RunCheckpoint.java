package io.isotherm.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.contracts.Checks;
import io.isotherm.contracts.Names;
import io.isotherm.contracts.codec.Json;
import java.io.UncheckedIOException;

/**
 * What a checkpoint of the model keeps of its run, so that a resumed run goes on with the factors
 * that it had.
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
      return Json.MAPPER.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads what {@link #toJson()} wrote.
   *
   * @throws IllegalArgumentException with one line that says what is wrong, if anything is
   */
  public static RunCheckpoint fromJson(String json) {
    RunCheckpoint checkpoint;
    try {
      checkpoint = Json.MAPPER.readValue(json, RunCheckpoint.class);
    } catch (JsonProcessingException e) {
      String reason =
          e.getCause() instanceof IllegalArgumentException
              ? e.getCause().getMessage()
              : e.getOriginalMessage();
      throw new IllegalArgumentException(
          "not the checkpoint of a run: " + reason.lines().findFirst().orElse(""), e);
    }
    return Checks.requirePresent("checkpoint of a run", checkpoint);
  }
}
