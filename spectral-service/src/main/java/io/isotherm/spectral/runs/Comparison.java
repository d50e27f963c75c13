package io.isotherm.spectral.runs;

/** How a layer's tensor compares with what its run says of the layer. */
public sealed interface Comparison {

  /** It is as described, or nobody has described it. */
  record AsDescribed() implements Comparison {}

  /**
   * The run itself describes a layer that has no alpha.
   *
   * @param reason one sentence
   */
  record Unmeasurable(String reason) implements Comparison {}

  /**
   * It is not what the run describes: either is wrong, and nobody knows which.
   *
   * @param reason one sentence, with what to do
   */
  record Contradiction(String reason) implements Comparison {}
}
