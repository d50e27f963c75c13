package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.EstimatorSpec.ModelBalancing.Flavour;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.SpectrumRange;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Model Balancing: TempBalance's fit, and stable ranks of what the zero filter and {@code
 * stableRankPosition} leave.
 */
record ModelBalancingEstimator(EstimatorSpec.ModelBalancing spec) implements Estimator {

  @Override
  public Reading read(WeightTensor weights) {
    return Reading.pooled(isBatchOfFilters(weights) ? weights.filters() : weights.slices());
  }

  /** The published code scales what it permutes. */
  @Override
  public double eigenvalueFactor(WeightTensor weights) {
    return isBatchOfFilters(weights) ? 1 : Estimator.super.eigenvalueFactor(weights);
  }

  @Override
  public Estimate estimate(Spectrum spectrum, double weightRoundoff) {
    TailRule rule = TailRule.of(spec);
    Map<String, Double> metrics = rule.filter().metrics(spectrum);
    SpectrumRange ranked = ranked(rule.filter().kept(spectrum));
    double sum = spectrum.sum(ranked.from());
    metrics.put(Metric.KEPT_STABLE_RANK.key(), sum / ranked.largest());
    metrics.put(Metric.NORM_STABLE_RANK.key(), sum / ranked.size());
    double median = spectrum.value(ranked.from() + ranked.size() / 2);
    metrics.put(Metric.EIG_RATIO.key(), ranked.largest() / median);
    return new Estimate(rule.fit(spectrum, weightRoundoff), metrics);
  }

  private SpectrumRange ranked(SpectrumRange kept) {
    if (spec.stableRankPosition().isEmpty()) {
      return kept;
    }
    int cut = (int) (kept.size() / spec.stableRankPosition().getAsDouble());
    return new SpectrumRange(
        kept.spectrum(), Math.min(kept.from() + cut, kept.to() - 1), kept.to());
  }

  private boolean isBatchOfFilters(WeightTensor weights) {
    return spec.flavour() == Flavour.SCIML && weights.kernelRank() == 1;
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
