package io.isotherm.gpucheck;

import java.util.Locale;
import java.util.OptionalDouble;

/** Times as the tables show them. */
final class Times {

  private static final String NONE = "-";

  private Times() {}

  /** In milliseconds with three digits; "-" where it was not measured. */
  static String millis(OptionalDouble seconds) {
    return seconds.isPresent() ? digits(1e3 * seconds.getAsDouble()) : NONE;
  }

  /** How many times faster; "-" where one of the two was not measured. */
  static String times(OptionalDouble slower, OptionalDouble faster) {
    return slower.isPresent() && faster.isPresent()
        ? digits(slower.getAsDouble() / faster.getAsDouble())
        : NONE;
  }

  private static String digits(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
