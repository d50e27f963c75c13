package io.isotherm.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import io.isotherm.checks.Checks;
import java.util.List;
import java.util.Optional;

/**
 * What every tuning policy can do besides its map. {@link #DEFAULT} does none of it, as the
 * published code of TempBalance does.
 *
 * @param metric the number that the map is applied to: alpha, or another one that the run's
 *     estimator reports, by its name in the outcome
 * @param atLargest patterns of layers whose metric is replaced by the largest of all tuned layers,
 *     as LLR does with embedding and head; such a layer needs no metric of its own
 * @param clamp bounds of the factors, if any
 * @param smoothing weight of the past in the exponential mean of the metric that the map is applied
 *     to, at least 0, less than 1; the first value of a layer counts in full
 * @param rampSteps over how many steps a trainer goes from the factors in force to new ones,
 *     linearly, at most 10^9; 0 or 1 changes them at once
 * @param window the steps in which the policy acts; outside its last factors stay, before it 1
 * @param every how far apart two updates are at least; between them the factors stay
 */
public record PolicyOptions(
    @JsonProperty(defaultValue = "alpha") String metric,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonProperty(defaultValue = "[]")
        List<String> atLargest,
    Optional<Clamp> clamp,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonProperty(defaultValue = "0.0")
        @JsonSetter(nulls = Nulls.AS_EMPTY)
        double smoothing,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonProperty(defaultValue = "0")
        @JsonSetter(nulls = Nulls.AS_EMPTY)
        long rampSteps,
    Optional<Window> window,
    Optional<Interval> every) {

  /** The metric that the papers use. */
  public static final String ALPHA = "alpha";

  /** Alpha as it is measured, at every step. */
  public static final PolicyOptions DEFAULT =
      new PolicyOptions(
          ALPHA, List.of(), Optional.empty(), 0, 0, Optional.empty(), Optional.empty());

  private static final int MAX_METRIC_LENGTH = 100;
  private static final long MAX_RAMP_STEPS = 1_000_000_000;

  /** Checks the ranges. */
  public PolicyOptions {
    metric = metric == null ? ALPHA : Checks.requireText("metric", metric);
    if (metric.length() > MAX_METRIC_LENGTH) {
      throw new IllegalArgumentException(
          "metric must have at most %d characters, got: %d"
              .formatted(MAX_METRIC_LENGTH, metric.length()));
    }
    atLargest = atLargest == null ? List.of() : LayerSelection.patterns("atLargest", atLargest);
    clamp = clamp == null ? Optional.empty() : clamp;
    if (!(Checks.requireNotNegative("smoothing", smoothing) < 1)) {
      throw new IllegalArgumentException("smoothing must be less than 1, got: " + smoothing);
    }
    requireRamp("rampSteps", rampSteps);
    window = window == null ? Optional.empty() : window;
    every = every == null ? Optional.empty() : every;
  }

  /** Returns {@code steps} if a ramp can be that long: no training is longer than the longest. */
  public static long requireRamp(String field, long steps) {
    if (Checks.requireNotNegative(field, steps) > MAX_RAMP_STEPS) {
      throw new IllegalArgumentException(
          "%s must be at most %d, got: %d".formatted(field, MAX_RAMP_STEPS, steps));
    }
    return steps;
  }

  /** Whether what the policy decides depends on what it has decided before. */
  public boolean remembers() {
    return smoothing > 0 || window.isPresent() || every.isPresent();
  }

  /** Leaves the options out of messages in which there are none. */
  static final class WhenDefault {
    @Override
    public boolean equals(Object options) {
      return DEFAULT.equals(options);
    }

    @Override
    public int hashCode() {
      return DEFAULT.hashCode();
    }
  }

  /**
   * Bounds of factors.
   *
   * @param min smaller factors are raised to it, positive
   * @param max larger factors are lowered to it, at least {@code min}
   */
  public record Clamp(double min, double max) {
    /** Checks the range. */
    public Clamp {
      Checks.requirePositive("clamp.min", min);
      Checks.requirePositive("clamp.max", max);
      if (min > max) {
        throw new IllegalArgumentException(
            "clamp.min must not exceed clamp.max %s, got: %s".formatted(max, min));
      }
    }

    /** Moves a factor into the bounds. */
    public double apply(double factor) {
      return Math.min(max, Math.max(min, factor));
    }
  }

  /** The steps in which a policy acts. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "unit")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Window.Steps.class, name = "steps"),
    @JsonSubTypes.Type(value = Window.Share.class, name = "share")
  })
  public sealed interface Window {

    /** Whether the policy acts at a step of a run of {@code totalSteps}. */
    boolean contains(long step, long totalSteps);

    /**
     * By number.
     *
     * @param from the first step in which the policy acts
     * @param until the first step after it in which it does not
     */
    record Steps(long from, long until) implements Window {
      /** Checks that it is not empty. */
      public Steps {
        Checks.requireNotNegative("window.from", from);
        if (until <= from) {
          throw new IllegalArgumentException(
              "window.until must be more than window.from %d, got: %d".formatted(from, until));
        }
      }

      @Override
      public boolean contains(long step, long totalSteps) {
        return step >= from && step < until;
      }
    }

    /**
     * By share of the planned length of the run.
     *
     * @param from 0 to 1
     * @param until more than {@code from}, at most 1
     */
    record Share(double from, double until) implements Window {
      /** Checks that it is not empty. */
      public Share {
        Checks.requireNotNegative("window.from", from);
        Checks.requireNotNegative("window.until", until);
        if (!(until > from && until <= 1)) {
          throw new IllegalArgumentException(
              "window.until must be more than window.from %s and at most 1, got: %s"
                  .formatted(from, until));
        }
      }

      @Override
      public boolean contains(long step, long totalSteps) {
        return step >= from * totalSteps && step < until * totalSteps;
      }
    }
  }

  /** How far apart two updates are at least. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "unit")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Interval.Steps.class, name = "steps"),
    @JsonSubTypes.Type(value = Interval.Epochs.class, name = "epochs")
  })
  public sealed interface Interval {

    /** Whether an update is due after {@code steps} and {@code epochs} without one. */
    boolean isDue(long steps, long epochs);

    /**
     * In steps.
     *
     * @param count at least 1
     */
    record Steps(long count) implements Interval {
      /** Checks the count. */
      public Steps {
        Checks.requirePositive("every.count", count);
      }

      @Override
      public boolean isDue(long steps, long epochs) {
        return steps >= count;
      }
    }

    /**
     * In epochs.
     *
     * @param count at least 1
     */
    record Epochs(long count) implements Interval {
      /** Checks the count. */
      public Epochs {
        Checks.requirePositive("every.count", count);
      }

      @Override
      public boolean isDue(long steps, long epochs) {
        return epochs >= count;
      }
    }
  }
}
