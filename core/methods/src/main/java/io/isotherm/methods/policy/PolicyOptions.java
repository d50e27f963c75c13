package io.isotherm.methods.policy;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.annotation.JsonTypeIdResolver;
import io.isotherm.checks.Checks;
import io.isotherm.methods.catalogue.Descriptor;
import io.isotherm.methods.catalogue.Fields;
import io.isotherm.methods.catalogue.Flag;
import io.isotherm.methods.catalogue.Parameter;
import io.isotherm.methods.catalogue.VariantName;
import java.util.List;
import java.util.Optional;

/**
 * What every tuning policy can do besides its map. {@link #DEFAULT} does none of it, as the
 * published code of TempBalance does.
 */
@Descriptor(summary = "What a tuning policy does besides its map.")
public record PolicyOptions(
    @Parameter(
            value =
                "the number that the map is applied to, for example spectralNorm; the estimator must"
                    + " report it",
            maxLength = 100)
        @Flag(value = "--metric", label = "NAME")
        @JsonProperty(defaultValue = "alpha")
        String metric,
    @Parameter(
            "patterns of layers whose metric is replaced by the largest of all tuned layers; such a"
                + " layer needs no metric of its own")
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty(defaultValue = "[]")
        List<String> atLargest,
    @Parameter("bounds of the factors, if any") Optional<Clamp> clamp,
    @Parameter(
            value =
                "weight b of the past in the exponential mean m = b m + (1 - b) x that the map is"
                    + " applied to, taken once for each new measurement of a layer; the first one"
                    + " counts in full",
            atLeast = 0,
            below = 1)
        @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonProperty(defaultValue = "0.0")
        @JsonSetter(nulls = Nulls.AS_EMPTY)
        double smoothing,
    @Parameter(
            value =
                "over how many steps a trainer goes from the factors in force to new ones, linearly;"
                    + " 0 or 1 changes them at once",
            atLeast = 0,
            atMost = PolicyOptions.MAX_RAMP_STEPS)
        @JsonInclude(JsonInclude.Include.NON_DEFAULT)
        @JsonProperty(defaultValue = "0")
        @JsonSetter(nulls = Nulls.AS_EMPTY)
        long rampSteps,
    @Parameter(
            "the steps in which the policy acts; before them its factors are 1, after them they stay")
        Optional<Window> window,
    @Parameter("how far apart two updates are at least; between them the factors stay")
        Optional<Interval> every) {

  /** The metric that the papers use. */
  public static final String ALPHA = "alpha";

  /** Alpha as it is measured, at every step. */
  public static final PolicyOptions DEFAULT =
      new PolicyOptions(
          ALPHA, List.of(), Optional.empty(), 0, 0, Optional.empty(), Optional.empty());

  /** No training is longer than the longest ramp. */
  private static final long MAX_RAMP_STEPS = 1_000_000_000;

  /** Checks the ranges. */
  public PolicyOptions {
    metric = metric == null ? ALPHA : metric;
    atLargest = atLargest == null ? List.of() : atLargest;
    clamp = clamp == null ? Optional.empty() : clamp;
    window = window == null ? Optional.empty() : window;
    every = every == null ? Optional.empty() : every;
    Fields fields = Fields.of(PolicyOptions.class);
    fields.check(metric, atLargest, clamp, smoothing, rampSteps, window, every);
    atLargest = LayerSelection.patterns(fields, "atLargest", atLargest);
  }

  /** Returns {@code steps} if a ramp can be that long. */
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

  /** Bounds of factors. */
  @Descriptor(summary = "Bounds of the factors.", field = "clamp.%1$s")
  public record Clamp(
      @Parameter(value = "smaller factors are raised to it", above = 0) double min,
      @Parameter(value = "larger factors are lowered to it", above = 0) double max) {
    /** Checks the range. */
    public Clamp {
      Fields.of(Clamp.class).check(min, max);
      if (min > max) {
        throw Fields.of(Clamp.class).refusal("min", min, "must not exceed clamp.max " + max);
      }
    }

    /** Moves a factor into the bounds. */
    public double apply(double factor) {
      return Math.min(max, Math.max(min, factor));
    }
  }

  /** The steps in which a policy acts. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "unit")
  @JsonTypeIdResolver(VariantName.class)
  @Descriptor(summary = "The steps in which a policy acts.", field = "window.%1$s")
  public sealed interface Window {

    /** Whether the policy acts at a step of a run of {@code totalSteps}. */
    boolean contains(long step, long totalSteps);

    /** By number. */
    @Descriptor(name = "steps", summary = "The steps by number.")
    record Steps(
        @Parameter(value = "the first step in which the policy acts", atLeast = 0) long from,
        @Parameter(value = "the first step after it in which it does not", atLeast = 0) long until)
        implements Window {
      /** Checks that it is not empty. */
      public Steps {
        Fields.of(Steps.class).check(from, until);
        if (until <= from) {
          throw Fields.of(Steps.class)
              .refusal("until", until, "must be more than window.from " + from);
        }
      }

      @Override
      public boolean contains(long step, long totalSteps) {
        return step >= from && step < until;
      }
    }

    /** By share of the planned length of the run. */
    @Descriptor(name = "share", summary = "The steps by share of the run's planned length.")
    record Share(
        @Parameter(value = "the share at which the policy begins to act", atLeast = 0, atMost = 1)
            double from,
        @Parameter(value = "the share at which it ends", atLeast = 0, atMost = 1) double until)
        implements Window {
      /** Checks that it is not empty. */
      public Share {
        Fields.of(Share.class).check(from, until);
        if (until <= from) {
          throw Fields.of(Share.class)
              .refusal("until", until, "must be more than window.from " + from);
        }
      }

      @Override
      public boolean contains(long step, long totalSteps) {
        return step >= from * totalSteps && step < until * totalSteps;
      }
    }
  }

  /** How far apart two updates are at least. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.CUSTOM, property = "unit")
  @JsonTypeIdResolver(VariantName.class)
  @Descriptor(summary = "How far apart two updates are at least.", field = "every.%1$s")
  public sealed interface Interval {

    /** Whether an update is due after {@code steps} and {@code epochs} without one. */
    boolean isDue(long steps, long epochs);

    /** In steps. */
    @Descriptor(name = "steps", summary = "In steps.")
    record Steps(@Parameter(value = "how many", atLeast = 1) long count) implements Interval {
      /** Checks the count. */
      public Steps {
        Fields.of(Steps.class).check(count);
      }

      @Override
      public boolean isDue(long steps, long epochs) {
        return steps >= count;
      }
    }

    /** In epochs. */
    @Descriptor(name = "epochs", summary = "In epochs.")
    record Epochs(@Parameter(value = "how many", atLeast = 1) long count) implements Interval {
      /** Checks the count. */
      public Epochs {
        Fields.of(Epochs.class).check(count);
      }

      @Override
      public boolean isDue(long steps, long epochs) {
        return epochs >= count;
      }
    }
  }
}
