package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.spectra.fit.HillFit;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.SpectrumRange;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.OptionalInt;

/** Hill: a given share of the eigenvalues that the filter leaves, the largest ones, in one fit. */
record HillEstimator(EstimatorSpec.Hill spec) implements Estimator {

  @Override
  public Reading read(WeightTensor weights) {
    return Reading.pooled(weights.slices());
  }

  @Override
  public Estimate estimate(Spectrum spectrum, double weightRoundoff) {
    FilterRule filter = new FilterRule(spec.filterZeros());
    SpectrumRange kept = filter.kept(spectrum);
    int tail = kept.size() - start(kept.size());
    return new Estimate(
        filter.doubtful(spectrum).orElseGet(() -> HillFit.ofLargest(kept, tail, weightRoundoff)),
        filter.metrics(spectrum));
  }

  @Override
  public OptionalInt tailStart(int count) {
    return OptionalInt.of(start(count));
  }

  private int start(int count) {
    return count - (int) Math.round(spec.tailFraction() * count);
  }

  @Override
  public boolean looksAtSmallEigenvalues() {
    return false;
  }
}
