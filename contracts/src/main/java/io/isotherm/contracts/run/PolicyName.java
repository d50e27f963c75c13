package io.isotherm.contracts.run;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The policies that a user can choose by name, each with the parameters that it is published with.
 */
public enum PolicyName {
  /** Every factor is 1: the baseline. */
  CONSTANT,
  /** TempBalance's linear map onto [0.5, 1.5]. */
  LINEAR,
  /** TempBalance's map by the square root. */
  SQRT,
  /** TempBalance's map by the logarithm. */
  LOG2,
  /** TempBalance's equal steps on [0.5, 1.5]. */
  STEP,
  /** Model Balancing's sigmoid on [0.1, 3.16], layer by layer. */
  SIGMOID;

  /** The policy with its published parameters, and TempBalance's selection of layers. */
  public PolicySpec spec() {
    LayerSelection layers = LayerSelection.DEFAULT;
    return switch (this) {
      case CONSTANT -> new PolicySpec.Constant();
      case LINEAR -> PolicySpec.DEFAULT;
      case SQRT -> new PolicySpec.Sqrt(layers, Compatibility.SANE);
      case LOG2 -> new PolicySpec.Log2(layers, Compatibility.SANE);
      case STEP ->
          new PolicySpec.Step(0.5, 1.5, layers, Compatibility.SANE, Optional.empty(), false);
      case SIGMOID ->
          new PolicySpec.Sigmoid(2, 1, 10, layers, Compatibility.SANE, Optional.empty(), false);
    };
  }

  /**
   * Reads what a user wrote.
   *
   * @throws IllegalArgumentException with one line that lists the names, if there is no such policy
   */
  public static PolicyName parse(String text) {
    return Arrays.stream(values())
        .filter(policy -> policy.toString().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "must be one of %s, got: '%s'".formatted(names(), text)));
  }

  /** As users write it, and as messages carry it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static String names() {
    return Arrays.stream(values()).map(PolicyName::toString).collect(Collectors.joining(", "));
  }
}
