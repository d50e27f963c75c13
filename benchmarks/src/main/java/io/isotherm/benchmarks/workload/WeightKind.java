package io.isotherm.benchmarks.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the generated weights are like. */
public enum WeightKind {
  /**
   * Every weight is {@code (g + 0.3 t) / sqrt(fan-in)} with g Gaussian and t Student's with 3
   * degrees of freedom: an initialised layer with the heavy-tailed part that training adds.
   */
  TRAINED(0.3, 0),
  /**
   * Gaussian weights whose columns shrink as {@code j^-1.5}: the eigenvalues fall over many orders
   * of magnitude, and single precision does not tell the median one from rounding noise.
   */
  DECAYING(0, 1.5);

  private final double heavyShare;
  private final double columnDecay;

  WeightKind(double heavyShare, double columnDecay) {
    this.heavyShare = heavyShare;
    this.columnDecay = columnDecay;
  }

  /** Factor on the Student-t part. */
  double heavyShare() {
    return heavyShare;
  }

  /** Exponent by which the columns shrink. */
  double columnDecay() {
    return columnDecay;
  }

  /** As a user writes it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The kind with that label.
   *
   * @throws IllegalArgumentException with one line that lists the labels, if there is none
   */
  static WeightKind parse(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "weights must be one of %s, got: '%s'"
                        .formatted(
                            Arrays.stream(values())
                                .map(WeightKind::label)
                                .collect(Collectors.joining(", ")),
                            label)));
  }
}
