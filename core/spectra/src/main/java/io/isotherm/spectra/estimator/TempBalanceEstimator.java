package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.OptionalInt;

/** TempBalance: all slices of a layer in one fit. */
record TempBalanceEstimator(EstimatorSpec.TempBalance spec) implements Estimator {

  @Override
  public Reading read(WeightTensor weights) {
    return Reading.pooled(weights.slices());
  }

  @Override
  public Estimate estimate(Spectrum spectrum, double weightRoundoff) {
    TailRule rule = TailRule.of(spec);
    return new Estimate(rule.fit(spectrum, weightRoundoff), rule.filter().metrics(spectrum));
  }

  @Override
  public OptionalInt tailStart(int count) {
    return TailRule.of(spec).start(count);
  }

  @Override
  public boolean looksAtSmallEigenvalues() {
    return TailRule.of(spec).looksAtSmallEigenvalues();
  }
}
