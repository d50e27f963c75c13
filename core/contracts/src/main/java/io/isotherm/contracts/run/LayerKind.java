package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The kinds of layer whose weights are analysed. */
public enum LayerKind {
  /** A weight matrix of shape {@code [out, in]}. */
  @JsonProperty("dense")
  DENSE,
  /** A kernel of shape {@code [out, in, kH, kW]}. */
  @JsonProperty("convolution")
  CONVOLUTION
}
