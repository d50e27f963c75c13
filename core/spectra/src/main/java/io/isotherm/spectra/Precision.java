package io.isotherm.spectra;

/**
 * A floating-point format that a solver can compute in; it decides which eigenvalues are rounding
 * noise.
 */
public enum Precision {
  /** IEEE 754 binary32. */
  FP32("fp32", 0x1p-24),
  /** IEEE 754 binary64. */
  FP64("fp64", 0x1p-53);

  private final String label;
  private final double unitRoundoff;

  Precision(String label, double unitRoundoff) {
    this.label = label;
    this.unitRoundoff = unitRoundoff;
  }

  /** The name that outcomes carry. */
  public String label() {
    return label;
  }

  /** Largest relative error of one rounding to nearest. */
  public double unitRoundoff() {
    return unitRoundoff;
  }

  /**
   * Refuses a format that a solver does not compute in.
   *
   * @throws IllegalArgumentException with one line that names both
   */
  public void requireSupportedBy(EigenvalueSolver solver) {
    if (!solver.supports(this)) {
      throw new IllegalArgumentException(
          "solver %s does not compute in %s".formatted(solver.name(), label));
    }
  }
}
