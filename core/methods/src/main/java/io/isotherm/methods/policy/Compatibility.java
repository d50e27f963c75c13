package io.isotherm.methods.policy;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a policy answers where the published code's answer is an accident. */
public enum Compatibility {
  /** The answer that a user would expect; the default. */
  @JsonProperty("sane")
  SANE,
  /** The answer of the published code. */
  @JsonProperty("reference")
  REFERENCE
}
