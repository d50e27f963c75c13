package io.isotherm.methods.estimator;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where an estimator lets the power law's tail start. */
public enum XminRule {
  /** At a fixed position in the ascending eigenvalues, by default the median. */
  @JsonProperty("median")
  MEDIAN,
  /**
   * At the eigenvalue whose tail has the smallest Kolmogorov-Smirnov distance from its fit
   * (Clauset, Shalizi and Newman, Power-law distributions in empirical data, SIAM Review 51, 2009,
   * section 3.3).
   */
  @JsonProperty("goodness-of-fit")
  GOODNESS_OF_FIT,
  /**
   * As goodness-of-fit, among the eigenvalues around the peak of the log histogram only: {@code
   * fix-finger} in TempBalance's code, {@code xmin_peak} elsewhere.
   */
  @JsonProperty("xmin-peak")
  XMIN_PEAK
}
