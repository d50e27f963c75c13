package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.checks.Checks;

/** The learning rate of the whole network over the steps of a run, before any balancing. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes({
  @JsonSubTypes.Type(value = BaseSchedule.Constant.class, name = "constant"),
  @JsonSubTypes.Type(value = BaseSchedule.Cosine.class, name = "cosine"),
  @JsonSubTypes.Type(value = BaseSchedule.External.class, name = "external")
})
public sealed interface BaseSchedule {

  /** What a run has whose description says nothing of it. */
  BaseSchedule EXTERNAL = new External();

  /** A schedule that tells the rate of every step in advance. */
  sealed interface Formula extends BaseSchedule {
    /**
     * The base learning rate at a step.
     *
     * @param step 0-based; past the schedule's end the last rate stays
     */
    double learningRateAt(long step);
  }

  /**
   * The trainer's own schedule: what its progress says is in force. Warm-ups, restarts and anything
   * else need no description, since a factor is applied to the base rate of the moment.
   */
  record External() implements BaseSchedule {}

  /**
   * The same rate at every step.
   *
   * @param learningRate positive
   */
  record Constant(double learningRate) implements Formula {
    /** Checks that the rate is positive. */
    public Constant {
      Checks.requirePositive("learningRate of the constant schedule", learningRate);
    }

    @Override
    public double learningRateAt(long step) {
      return learningRate;
    }
  }

  /**
   * Half a cosine wave from {@code learningRate} down to 0: {@code learningRate / 2 * (1 + cos(pi *
   * step / totalSteps))} (Loshchilov and Hutter, SGDR, ICLR 2017, eq. 5, without restarts).
   *
   * @param learningRate the rate at step 0, positive
   * @param totalSteps the step at which the rate reaches 0
   */
  record Cosine(double learningRate, long totalSteps) implements Formula {
    /** Checks that both are positive. */
    public Cosine {
      Checks.requirePositive("learningRate of the cosine schedule", learningRate);
      Checks.requirePositive("totalSteps of the cosine schedule", totalSteps);
    }

    @Override
    public double learningRateAt(long step) {
      double done = Math.min(1.0, Math.max(0, step) / (double) totalSteps);
      return 0.5 * learningRate * (1 + Math.cos(Math.PI * done));
    }
  }
}
