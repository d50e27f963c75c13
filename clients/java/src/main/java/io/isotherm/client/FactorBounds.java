package io.isotherm.client;

/**
 * The factors that are believed.
 *
 * @param min smallest
 * @param max largest
 */
record FactorBounds(double min, double max) {

  /** False for NaN and infinities, too. */
  boolean contain(double factor) {
    return factor >= min && factor <= max && Double.isFinite(factor);
  }

  @Override
  public String toString() {
    return "from " + min + " to " + max;
  }
}
