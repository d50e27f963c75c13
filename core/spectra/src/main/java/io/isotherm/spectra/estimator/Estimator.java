package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.OptionalInt;

/** What a published estimator does with a layer. A pure function of its parameters. */
public interface Estimator {

  /** The estimator that {@code spec} describes. */
  static Estimator of(EstimatorSpec spec) {
    return spec.accept(new Mathematics());
  }

  /** The mathematics of each estimator in the catalogue. */
  final class Mathematics implements EstimatorSpec.Visitor<Estimator> {

    private Mathematics() {}

    @Override
    public Estimator tempBalance(EstimatorSpec.TempBalance spec) {
      return new TempBalanceEstimator(spec);
    }

    @Override
    public Estimator farms(EstimatorSpec.Farms spec) {
      return new FarmsEstimator(
          spec,
          FarmsWindows.sliding(spec.rows(), spec.aspect(), spec.step(), spec.ops()),
          new FarmsBlocks(spec.aspect()));
    }

    @Override
    public Estimator farmsLlm(EstimatorSpec.FarmsLlm spec) {
      return new FarmsEstimator(
          spec,
          FarmsWindows.clamped(spec.rows(), spec.aspect(), spec.ops()),
          new FarmsBlocks(spec.aspect()));
    }

    @Override
    public Estimator modelBalancing(EstimatorSpec.ModelBalancing spec) {
      return new ModelBalancingEstimator(spec);
    }

    @Override
    public Estimator weightWatcher(EstimatorSpec.WeightWatcher spec) {
      return new WeightWatcherEstimator(spec);
    }

    @Override
    public Estimator hill(EstimatorSpec.Hill spec) {
      return new HillEstimator(spec);
    }
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
   * Number of the eigenvalue, in ascending order, at which the tail of so many starts that the zero
   * filter leaves; empty if it depends on their values.
   */
  OptionalInt tailStart(int count);

  /**
   * Whether the start of the tail depends on the small eigenvalues, which single precision does not
   * resolve, and not on their number alone.
   */
  boolean looksAtSmallEigenvalues();
}
