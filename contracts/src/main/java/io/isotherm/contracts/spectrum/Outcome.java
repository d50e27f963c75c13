package io.isotherm.contracts.spectrum;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.contracts.Checks;

/** What became of one layer's snapshot: numbers, or the reason why there are none. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "status")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Outcome.Analysed.class, name = "analysed"),
  @JsonSubTypes.Type(value = Outcome.Skipped.class, name = "skipped"),
  @JsonSubTypes.Type(value = Outcome.Superseded.class, name = "superseded"),
  @JsonSubTypes.Type(value = Outcome.Failed.class, name = "failed")
})
public sealed interface Outcome {

  /**
   * The layer has a spectrum and a power-law fit. "Eigenvalues" are the squared singular values of
   * the layer's matrices, pooled, convolution factor included, in the unit of weights squared.
   *
   * @param alpha power-law exponent of the tail, greater than 1
   * @param ksDistance largest difference between the tail and the fit, as the estimator defines it
   * @param xmin where the tail starts, an eigenvalue
   * @param xminIndex its 0-based index in ascending order
   * @param eigenvalueCount how many eigenvalues the layer has
   * @param spectralNorm the largest eigenvalue: the squared largest singular value
   * @param frobeniusNorm the sum of the eigenvalues: the squared Frobenius norm
   * @param stableRank {@code frobeniusNorm / spectralNorm}
   * @param alphaHat {@code alpha * log10(spectralNorm)}
   * @param entropy of the eigenvalues as shares of their sum, 0 to 1: {@code -sum p ln p / ln n}
   * @param histogram of the eigenvalues
   * @param solver names the eigenvalue solver
   * @param precision in which the solver worked, {@code fp32} or {@code fp64}
   * @param computeNanos time from the matrices to the fit, on one thread
   */
  record Analysed(
      double alpha,
      double ksDistance,
      double xmin,
      long xminIndex,
      long eigenvalueCount,
      double spectralNorm,
      double frobeniusNorm,
      double stableRank,
      double alphaHat,
      double entropy,
      LogHistogram histogram,
      String solver,
      String precision,
      long computeNanos)
      implements Outcome {

    /** Checks that every number is finite and in its range. */
    public Analysed {
      if (!(Checks.requireFinite("alpha", alpha) > 1)) {
        throw new IllegalArgumentException("alpha must be greater than 1, got: " + alpha);
      }
      Checks.requireNotNegative("ksDistance", ksDistance);
      Checks.requirePositive("xmin", xmin);
      Checks.requirePositive("eigenvalueCount", eigenvalueCount);
      if (xminIndex < 0 || xminIndex >= eigenvalueCount) {
        throw new IllegalArgumentException(
            "xminIndex must be from 0 to %d, got: %d".formatted(eigenvalueCount - 1, xminIndex));
      }
      Checks.requirePositive("spectralNorm", spectralNorm);
      Checks.requirePositive("frobeniusNorm", frobeniusNorm);
      Checks.requirePositive("stableRank", stableRank);
      Checks.requireFinite("alphaHat", alphaHat);
      Checks.requireNotNegative("entropy", entropy);
      Checks.requirePresent("histogram", histogram);
      Checks.requireText("solver", solver);
      Checks.requireText("precision", precision);
      Checks.requireNotNegative("computeNanos", computeNanos);
    }
  }

  /**
   * The weights do not have a meaningful alpha.
   *
   * @param reason one line for the reader, with the offending value or count
   */
  record Skipped(String reason) implements Outcome {
    /** Checks that there is a reason. */
    public Skipped {
      Checks.requireText("reason of a skipped layer", reason);
    }
  }

  /**
   * A newer snapshot of the same layer made this one pointless before it was analysed.
   *
   * @param byIncarnation the incarnation of the newer snapshot; a larger one than the layer's own
   *     means that this snapshot came from a trainer that has been replaced
   * @param byStep the step of the newer snapshot
   */
  record Superseded(long byIncarnation, long byStep) implements Outcome {
    /** Checks the numbers. */
    public Superseded {
      Checks.requirePositive("byIncarnation of a superseded layer", byIncarnation);
      Checks.requireNotNegative("byStep of a superseded layer", byStep);
    }
  }

  /**
   * The analysis did not come to an end.
   *
   * @param cause one line for the reader
   */
  record Failed(String cause) implements Outcome {
    /** Checks that there is a cause. */
    public Failed {
      Checks.requireText("cause of a failed layer", cause);
    }
  }
}
