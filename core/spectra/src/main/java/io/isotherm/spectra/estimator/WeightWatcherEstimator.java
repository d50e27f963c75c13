package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.spectra.fit.ClippedFit;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.spectra.fit.ZeroFilter;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.Map;
import java.util.OptionalInt;

/**
 * WeightWatcher: the scan for xmin over the pooled eigenvalues above the zero filter. Unlike with
 * TempBalance, a layer without any above it has no alpha.
 */
record WeightWatcherEstimator(EstimatorSpec.WeightWatcher spec) implements Estimator {

  private static final TailRule TAIL =
      new TailRule(XminRule.GOODNESS_OF_FIT, EstimatorSpec.MEDIAN_POSITION, new FilterRule(true));

  /** Below it, {@code weak_rank_loss} counts an eigenvalue as lost. */
  private static final double WEAK = 1e-6;

  /** What the published entropy adds to shares and rank so that their logarithms are finite. */
  private static final double EPSILON = 1e-10;

  @Override
  public Reading read(WeightTensor weights) {
    return Reading.pooled(weights.slices());
  }

  @Override
  public Estimate estimate(Spectrum spectrum, double weightRoundoff) {
    if (ZeroFilter.countAbove(spectrum) == 0) {
      return Estimate.undetermined(
          "no eigenvalue is above the zero filter %s, largest: %s"
              .formatted(ZeroFilter.THRESHOLD, spectrum.largest()));
    }
    TailFit fit = TAIL.fit(spectrum, weightRoundoff);
    Map<String, Double> metrics = TAIL.filter().metrics(spectrum);
    if (spec.clipXmax() && fit instanceof TailFit.PowerLaw raw) {
      ClippedFit clipped = ClippedFit.of(TAIL.filter().kept(spectrum), raw, weightRoundoff);
      metrics.put(Metric.RAW_ALPHA.key(), raw.alpha());
      metrics.put(Metric.FINGERS.key(), (double) clipped.fingers());
      fit = clipped.law();
    }
    if (fit instanceof TailFit.PowerLaw law) {
      addTail(metrics, spectrum, law);
    }
    addRanks(metrics, spectrum);
    return new Estimate(fit, metrics);
  }

  private static void addTail(
      Map<String, Double> metrics, Spectrum spectrum, TailFit.PowerLaw law) {
    metrics.put(Metric.SIGMA.key(), (law.alpha() - 1) / Math.sqrt(law.tailSize()));
    int first = spectrum.firstAbove(Math.nextDown(law.xmin()));
    metrics.put(Metric.SPIKES.key(), (double) (spectrum.size() - first));
    metrics.put(Metric.ALPHA_WEIGHTED.key(), law.alpha() * Math.log10(spectrum.largest()));
    metrics.put(Metric.LOG_ALPHA_NORM.key(), logAlphaNorm(spectrum, law.alpha()));
  }

  /** {@code log10 Σ λ^alpha}, the largest factored out, because the powers may overflow. */
  private static double logAlphaNorm(Spectrum spectrum, double alpha) {
    double sum = 0;
    for (int i = 0; i < spectrum.size(); i++) {
      sum += Math.pow(spectrum.value(i) / spectrum.largest(), alpha);
    }
    return alpha * Math.log10(spectrum.largest()) + Math.log10(sum);
  }

  /**
   * The published rank counts singular values above {@code 2.2e-16} times the largest and the
   * longer side; eigenvalues of a Gram matrix are not known that well, so theirs is the rounding
   * level.
   */
  private static void addRanks(Map<String, Double> metrics, Spectrum spectrum) {
    int rank = 0;
    int weak = 0;
    double entropy = 0;
    double sum = spectrum.sum();
    for (int i = 0; i < spectrum.size(); i++) {
      double value = spectrum.value(i);
      rank += value > 2 * spectrum.uncertainty(i) ? 1 : 0;
      weak += value < WEAK ? 1 : 0;
      double share = value / sum + EPSILON;
      entropy -= share * Math.log(share);
    }
    metrics.put(Metric.MATRIX_RANK.key(), (double) rank);
    metrics.put(Metric.WEAK_RANK_LOSS.key(), (double) weak);
    metrics.put(Metric.MATRIX_ENTROPY.key(), entropy / Math.log(rank + EPSILON));
  }

  @Override
  public OptionalInt tailStart(int count) {
    return OptionalInt.empty();
  }

  @Override
  public boolean looksAtSmallEigenvalues() {
    return true;
  }
}
