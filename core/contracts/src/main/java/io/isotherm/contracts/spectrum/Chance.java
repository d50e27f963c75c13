package io.isotherm.contracts.spectrum;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;

/**
 * What chance explains of a layer's alpha: that of a random matrix, with independent entries of one
 * variance, of the same shape and measured by the same estimator.
 *
 * @param alphaNull mean alpha of such a matrix, greater than 1
 * @param spread standard deviation of alpha from one such matrix to the next
 * @param alphaExcess {@code alpha - alphaNull}
 * @param alphaZ {@code alphaExcess / spread}
 * @param aspect smaller over larger side of the matrices that the estimator makes of the layer, at
 *     most 1: with it, the Marchenko-Pastur law is the spectrum that chance gives
 * @param basis what mean and spread come from
 */
public record Chance(
    double alphaNull,
    double spread,
    double alphaExcess,
    double alphaZ,
    double aspect,
    Basis basis) {

  /** Where the numbers of random matrices come from. */
  public enum Basis {
    /** Random matrices of this very shape were drawn. */
    @JsonProperty("drawn")
    DRAWN,
    /** Smaller ones were drawn, or fewer of a layer's many, and their numbers carried over. */
    @JsonProperty("scaled")
    SCALED;

    /** The word in messages and reports. */
    public String label() {
      return this == DRAWN ? "drawn" : "scaled";
    }
  }

  /** Checks that the numbers are finite and in their ranges. */
  public Chance {
    if (!(Checks.requireFinite("alphaNull", alphaNull) > 1)) {
      throw new IllegalArgumentException("alphaNull must be greater than 1, got: " + alphaNull);
    }
    Checks.requirePositive("spread of alphaNull", spread);
    Checks.requireFinite("alphaExcess", alphaExcess);
    Checks.requireFinite("alphaZ", alphaZ);
    if (!(aspect > 0 && aspect <= 1)) {
      throw new IllegalArgumentException("aspect must be above 0 and at most 1, got: " + aspect);
    }
    Checks.requirePresent("basis of alphaNull", basis);
  }

  /** Holds an alpha against that of random matrices. */
  public static Chance of(
      double alpha, double alphaNull, double spread, double aspect, Basis basis) {
    double excess = alpha - alphaNull;
    return new Chance(alphaNull, spread, excess, excess / spread, aspect, basis);
  }
}
