package io.isotherm.client.dl4j;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.isotherm.checks.Checks;
import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.methods.json.Json;
import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A {@link BaseSchedule} as DL4J takes it; a step is an iteration. Inside DL4J's JSON it stands as
 * the text of its own JSON, since DL4J's shaded Jackson does not know our annotations.
 */
public final class BaseRate implements ISchedule {

  private static final long serialVersionUID = 1L;

  @JsonProperty private final String schedule;
  private transient BaseSchedule.Formula parsed;

  /**
   * From the JSON of a {@link BaseSchedule.Formula}.
   *
   * @throws IllegalArgumentException if it is none
   */
  public BaseRate(@JsonProperty("schedule") String schedule) {
    this.schedule = Checks.requireText("schedule of a base rate", schedule);
    this.parsed = parse(schedule);
  }

  /** The schedule of a run. */
  public static BaseRate of(BaseSchedule.Formula schedule) {
    try {
      return new BaseRate(Json.MAPPER.writerFor(BaseSchedule.class).writeValueAsString(schedule));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("base schedule cannot be written: " + schedule, e);
    }
  }

  private static BaseSchedule.Formula parse(String json) {
    try {
      if (Json.MAPPER.readValue(json, BaseSchedule.class) instanceof BaseSchedule.Formula formula) {
        return formula;
      }
      throw new IllegalArgumentException("not a base schedule with a formula: " + json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a base schedule: " + json, e);
    }
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    if (parsed == null) { // after Java deserialisation
      parsed = parse(schedule);
    }
    return parsed.learningRateAt(iteration);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // DL4J's clone is a copy by constructor, not Object's.
  public BaseRate clone() {
    return new BaseRate(schedule);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BaseRate that && Objects.equals(that.schedule, schedule);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(schedule);
  }

  @Override
  public String toString() {
    return "BaseRate(" + schedule + ")";
  }
}
