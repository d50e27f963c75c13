package io.isotherm.methods;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

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
  SIGMOID,
  /** Model Balancing's sigmoid of whole blocks, on learning rate and weight decay alike. */
  HYBRID,
  /**
   * LLR: the linear map onto [1, 5], embedding and head at the largest, every 100 steps in the
   * first fifth of the run, each change over 50 steps.
   */
  LLR,
  /** AlphaDecay: the linear map onto [0.667, 3] on weight decay alone, every 500 steps. */
  ALPHADECAY;

  /** The policy with its published parameters. */
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
      case HYBRID -> new PolicySpec.Hybrid(sigmoidOfBlocks(), sigmoidOfBlocks());
      case LLR ->
          linear(
              1,
              5,
              new PolicyOptions(
                  PolicyOptions.ALPHA,
                  NetworkEnds.patterns(),
                  Optional.empty(),
                  0,
                  50,
                  Optional.of(new PolicyOptions.Window.Share(0, 0.2)),
                  Optional.of(new PolicyOptions.Interval.Steps(100))));
      case ALPHADECAY ->
          new PolicySpec.Hybrid(
              new PolicySpec.Constant(),
              linear(
                  0.667,
                  3,
                  new PolicyOptions(
                      PolicyOptions.ALPHA,
                      List.of(),
                      Optional.empty(),
                      0,
                      0,
                      Optional.empty(),
                      Optional.of(new PolicyOptions.Interval.Steps(500)))));
    };
  }

  private static PolicySpec.Single sigmoidOfBlocks() {
    return new PolicySpec.Sigmoid(
        1,
        1,
        10,
        LayerSelection.DEFAULT,
        Compatibility.SANE,
        Optional.of(new PolicySpec.Blocks.Whole()),
        false);
  }

  /** Of all layers with at least 50 eigenvalues, the first and the last among them. */
  private static PolicySpec.Single linear(double min, double max, PolicyOptions options) {
    return new PolicySpec.Linear(
        min,
        max,
        new LayerSelection(false, false, LayerSelection.DEFAULT.minEigenvalues()),
        Compatibility.SANE,
        Optional.empty(),
        false,
        options);
  }

  /**
   * Reads what a user wrote.
   *
   * @throws IllegalArgumentException with one line that lists the names, if there is no such policy
   */
  public static PolicyName parse(String text) {
    return WrittenName.parse(PolicyName.class, text);
  }

  /** As users write it; messages carry the name of the policy's map. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
