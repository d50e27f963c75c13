package io.isotherm.gpucheck;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What to check.
 *
 * @param minutes that all of it may take, more than 0 and at most 600
 * @param parts at least one
 * @param python the program of a Python that may have torch
 * @param json where the results are written too
 */
public record GpuCheckSettings(
    double minutes, Set<Part> parts, String python, Optional<Path> json) {

  /** What a check without further wishes takes at most. */
  public static final double DEFAULT_MINUTES = 4.5;

  private static final double MAX_MINUTES = 600;

  /** Checks the numbers. */
  public GpuCheckSettings {
    if (!(minutes > 0 && minutes <= MAX_MINUTES)) {
      throw new IllegalArgumentException(
          "minutes must be more than 0 and at most %s, got: %s".formatted(MAX_MINUTES, minutes));
    }
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("at least one part must be checked");
    }
    parts = Set.copyOf(parts);
  }

  /** Everything but the sweep, which is for who tunes the solver. */
  public static Set<Part> defaultParts() {
    return EnumSet.complementOf(EnumSet.of(Part.SWEEP));
  }
}
