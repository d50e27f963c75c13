package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonEnumDefaultValue;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Locale;

/** The kinds of layer whose weights are analysed, each with the shape that its weights have. */
public enum LayerKind {
  /** A weight matrix of shape {@code [out, in]}. */
  @JsonProperty("dense")
  DENSE(2, 2),
  /** A kernel: {@code [out, in, k]}, {@code [out, in, kH, kW]} or {@code [out, in, kD, kH, kW]}. */
  @JsonProperty("convolution")
  CONVOLUTION(3, 5),
  /**
   * A table that is looked up, of shape {@code [rows, dim]}. It is measured as a dense matrix,
   * keeps the factor 1, and is neither the first nor the last layer of a network.
   */
  @JsonProperty("embedding")
  EMBEDDING(2, 2),
  /** Matrices of one shape behind each other, each fitted alone: {@code [members, out, in]}. */
  @JsonProperty("stack")
  STACK(3, 3),
  /** Any kind that this version does not know: the layer has no alpha and keeps the factor 1. */
  @JsonEnumDefaultValue
  @JsonProperty("other")
  OTHER(0, Integer.MAX_VALUE);

  private final int leastDimensions;
  private final int mostDimensions;

  LayerKind(int leastDimensions, int mostDimensions) {
    this.leastDimensions = leastDimensions;
    this.mostDimensions = mostDimensions;
  }

  /** Whether weights of that shape can be of this kind. */
  public boolean fits(List<Long> shape) {
    return shape.size() >= leastDimensions && shape.size() <= mostDimensions;
  }

  /** How many dimensions the weights have: {@code 2}, or {@code 3 to 5}. */
  String dimensions() {
    return leastDimensions == mostDimensions
        ? Integer.toString(leastDimensions)
        : leastDimensions + " to " + mostDimensions;
  }

  /** The kind as messages write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
