package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.checks.Checks;

/**
 * Where a run stands. Only a running run can finish or fail, so the transitions are methods of
 * {@link Running}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes({
  @JsonSubTypes.Type(value = RunPhase.Running.class, name = "running"),
  @JsonSubTypes.Type(value = RunPhase.Finished.class, name = "finished"),
  @JsonSubTypes.Type(value = RunPhase.Failed.class, name = "failed")
})
public sealed interface RunPhase {

  /** The phase that every run starts in. */
  Running RUNNING = new Running();

  /** Training goes on. */
  record Running() implements RunPhase {
    /** Training ended after {@code steps} steps, at its planned end or because it was stopped. */
    public Finished finish(long steps) {
      return new Finished(steps);
    }

    /** Training ended with an error. */
    public Failed fail(String cause) {
      return new Failed(cause);
    }
  }

  /**
   * Training ended as it should.
   *
   * @param steps how many steps were trained
   */
  record Finished(long steps) implements RunPhase {
    /** Checks that the count is not negative. */
    public Finished {
      Checks.requireNotNegative("steps of a finished run", steps);
    }
  }

  /**
   * Training ended with an error.
   *
   * @param cause one line for the reader
   */
  record Failed(String cause) implements RunPhase {
    /** Checks that there is a cause. */
    public Failed {
      Checks.requireText("cause of a failed run", cause);
    }
  }
}
