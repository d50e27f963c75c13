package io.isotherm.methods.catalogue;

import java.util.Optional;

/**
 * What a number must keep to besides being finite.
 *
 * @param above it is greater
 * @param atLeast it is not smaller
 * @param below it is smaller
 * @param atMost it is not greater
 */
public record Bounds(double above, double atLeast, double below, double atMost) {

  static Bounds of(Parameter parameter) {
    return new Bounds(
        parameter.above(), parameter.atLeast(), parameter.below(), parameter.atMost());
  }

  /** The rule that a number breaks; empty if it breaks none. */
  Optional<String> brokenBy(Number number) {
    double value = number.doubleValue();
    if (!Double.isFinite(value)) {
      return Optional.of("must be finite");
    }
    if (value <= above) {
      return Optional.of(
          "must be %s than %s".formatted(above == 0 ? "greater" : "more", text(above)));
    }
    if (value < atLeast) {
      return Optional.of("must be %s or more".formatted(text(atLeast)));
    }
    if (value >= below) {
      return Optional.of("must be less than " + text(below));
    }
    if (value > atMost) {
      return Optional.of(
          "must be at most " + (number instanceof Double ? String.valueOf(atMost) : text(atMost)));
    }
    return Optional.empty();
  }

  /** A bound without the fraction that it does not have. */
  private static String text(double bound) {
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }
}
