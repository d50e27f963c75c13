package io.isotherm.contracts.decision;

/**
 * The factors that may be in force: the scheduler moves others to the nearest of them, and a
 * trainer refuses a decision with others.
 *
 * @param min smallest
 * @param max largest
 */
public record FactorBounds(double min, double max) {

  /** What schedulers and trainers keep to unless they are told otherwise. */
  public static final FactorBounds DEFAULT = new FactorBounds(0.01, 100);

  /** False for NaN and infinities, too. */
  public boolean contain(double factor) {
    return factor >= min && factor <= max && Double.isFinite(factor);
  }

  /** The nearest factor within the bounds; NaN stays. */
  public double clamp(double factor) {
    return Math.min(max, Math.max(min, factor));
  }

  @Override
  public String toString() {
    return "from " + min + " to " + max;
  }
}
