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

  /**
   * Reads what a user wrote.
   *
   * @throws IllegalArgumentException if there is no such policy
   */
  public static PolicyName parse(String text) {
    for (PolicyName policy : values()) {
      if (policy.toString().equals(text)) {
        return policy;
      }
    }
    throw new IllegalArgumentException("must be linear or constant, got: '" + text + "'");
  }

  /** As users write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
