package io.isotherm.spectral.assembly;

import java.util.List;

/**
 * A hyper-rectangle within a tensor.
 *
 * @param offsets of its first element, one for each axis
 * @param extent how many elements it has along each axis, at least one
 */
record Box(List<Long> offsets, List<Long> extent) {

  /** How many elements it has; it lies within a tensor whose elements a {@code long} counts. */
  long volume() {
    return extent.stream().reduce(1L, (a, b) -> a * b);
  }

  /** Whether the two have an element in common. */
  boolean overlaps(Box other) {
    for (int axis = 0; axis < extent.size(); axis++) {
      if (offsets.get(axis) >= other.offsets.get(axis) + other.extent.get(axis)
          || other.offsets.get(axis) >= offsets.get(axis) + extent.get(axis)) {
        return false;
      }
    }
    return true;
  }

  /** For example {@code [126, 0] + [125, 64]}. */
  @Override
  public String toString() {
    return offsets + " + " + extent;
  }
}
