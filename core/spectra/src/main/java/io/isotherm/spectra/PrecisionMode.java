package io.isotherm.spectra;

/** How exactly eigenvalues are computed. */
public enum PrecisionMode {
  /**
   * Single precision where the solver has it and a certificate says that alpha is right to 1e-4,
   * otherwise double.
   */
  MIXED,
  /** Double. */
  DOUBLE
}
