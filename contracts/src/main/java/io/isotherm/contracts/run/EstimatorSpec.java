package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.contracts.Checks;

/** How alpha is measured. Name, version and parameters are part of the identity of a result. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
@JsonSubTypes(@JsonSubTypes.Type(value = EstimatorSpec.TempBalance.class, name = "tempbalance"))
public sealed interface EstimatorSpec {

  /** TempBalance's estimator with the parameters of the paper. */
  EstimatorSpec DEFAULT = new TempBalance(1, 2.0, 0.5);

  /** Grows whenever the same parameters would give other numbers. */
  int version();

  /**
   * TempBalance (NeurIPS 2023): the pooled spectrum of a layer's slices with xmin at a fixed
   * position, by default the median.
   *
   * @param version 1
   * @param xminPosition xmin is eigenvalue number {@code floor(N / xminPosition)} in ascending
   *     order; more than 1
   * @param convNorm factor on the eigenvalues of convolutions, positive
   */
  record TempBalance(int version, double xminPosition, double convNorm) implements EstimatorSpec {
    /** The only version so far. */
    public static final int VERSION = 1;

    /** Checks the version and the ranges. */
    public TempBalance {
      if (version != VERSION) {
        throw new IllegalArgumentException(
            "version of estimator 'tempbalance' must be " + VERSION + ", got: " + version);
      }
      if (!(Checks.requireFinite("xminPosition of estimator 'tempbalance'", xminPosition) > 1)) {
        throw new IllegalArgumentException(
            "xminPosition of estimator 'tempbalance' must be more than 1, got: " + xminPosition);
      }
      Checks.requirePositive("convNorm of estimator 'tempbalance'", convNorm);
    }
  }
}
