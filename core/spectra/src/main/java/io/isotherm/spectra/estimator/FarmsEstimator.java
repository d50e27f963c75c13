package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.Map;
import java.util.OptionalInt;

/**
 * FARMS, both flavours: the windows of a dense layer in one fit, or one fit for each block of a
 * convolution.
 *
 * <p>The published code for language models raises an exception on convolutions; here they are read
 * as in the code for image classification, which it was copied from.
 */
record FarmsEstimator(EstimatorSpec.Windowed spec, FarmsWindows windows, FarmsBlocks blocks)
    implements Estimator {

  @Override
  public Reading read(WeightTensor weights) {
    return weights.kernelRank() == 0 ? windows.read(weights.slices()) : blocks.read(weights);
  }

  @Override
  public Estimate estimate(Spectrum spectrum, double weightRoundoff) {
    TailRule rule = TailRule.of(spec);
    Map<String, Double> metrics = rule.filter().metrics(spectrum);
    metrics.put(Metric.NORM_STABLE_RANK.key(), spectrum.sum() / spectrum.size());
    return new Estimate(rule.fit(spectrum, weightRoundoff), metrics);
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
