package io.isotherm.spectra.estimator;

import io.isotherm.methods.EstimatorSpec;
import io.isotherm.methods.XminRule;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.WeightTensor;

/** What a published estimator does with a layer. A pure function of its parameters. */
public interface Estimator {

  /** The estimator that {@code spec} describes. */
  static Estimator of(EstimatorSpec spec) {
    if (spec instanceof EstimatorSpec.TempBalance tempBalance) {
      return new TempBalanceEstimator(tempBalance);
    }
    if (spec instanceof EstimatorSpec.Farms farms) {
      return new FarmsEstimator(
          farms,
          FarmsWindows.sliding(farms.rows(), farms.aspect(), farms.step(), farms.ops()),
          new FarmsBlocks(farms.aspect()));
    }
    if (spec instanceof EstimatorSpec.FarmsLlm farms) {
      return new FarmsEstimator(
          farms,
          FarmsWindows.clamped(farms.rows(), farms.aspect(), farms.ops()),
          new FarmsBlocks(farms.aspect()));
    }
    if (spec instanceof EstimatorSpec.ModelBalancing modelBalancing) {
      return new ModelBalancingEstimator(modelBalancing);
    }
    return new WeightWatcherEstimator((EstimatorSpec.WeightWatcher) spec);
  }

  /** Name and parameters. */
  EstimatorSpec spec();

  /** The matrices that the estimator makes of a layer whose weights are finite and not all 0. */
  Reading read(WeightTensor weights);

  /** What every eigenvalue of the layer is multiplied with. */
  default double eigenvalueFactor(WeightTensor weights) {
    return weights.kernelRank() > 0 ? spec().convNorm() : 1;
  }

  /**
   * Fits the pooled eigenvalues of one group of matrices.
   *
   * @param weightRoundoff unit roundoff of the format that the weights came in
   */
  Estimate estimate(Spectrum spectrum, double weightRoundoff);

  /**
   * Whether the start of the tail depends on the small eigenvalues, which single precision does not
   * resolve, and not on their number alone.
   */
  default boolean looksAtSmallEigenvalues() {
    return spec().fit() != XminRule.MEDIAN;
  }
}
