package io.isotherm.standalone.demo;

import io.isotherm.contracts.run.PolicySpec;
import java.util.Locale;

/** The policies that the demonstration offers. */
public enum PolicyName {
  /** TempBalance's linear map. */
  LINEAR,
  /** Every factor is 1: the baseline. */
  CONSTANT;

  /** The policy with its default parameters. */
  public PolicySpec spec() {
    return switch (this) {
      case LINEAR -> PolicySpec.DEFAULT;
      case CONSTANT -> new PolicySpec.Constant();
    };
  }

  /** As users write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
