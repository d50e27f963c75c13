package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.spectra.fit.HillFit;
import io.isotherm.spectra.fit.Kept;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.spectra.fit.XminPeak;
import io.isotherm.spectra.fit.XminScan;
import io.isotherm.spectra.fit.ZeroFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The fit that TempBalance, FARMS and Model Balancing share: a zero filter and a start of tail. */
record TailRule(XminRule fit, double xminPosition, boolean filterZeros) {

  /** As the user wants it. */
  static TailRule of(EstimatorSpec.Fitted spec) {
    return new TailRule(spec.fit(), spec.xminPosition(), spec.filterZeros());
  }

  /** Whether it looks at more of the small eigenvalues than their number. */
  boolean looksAtSmallEigenvalues() {
    return fit != XminRule.MEDIAN;
  }

  /** What the filter leaves. */
  Kept kept(Spectrum spectrum) {
    return filterZeros ? ZeroFilter.of(spectrum) : spectrum.all();
  }

  TailFit fit(Spectrum spectrum, double weightRoundoff) {
    Optional<TailFit> doubtful = doubtful(spectrum);
    if (doubtful.isPresent()) {
      return doubtful.get();
    }
    Kept kept = kept(spectrum);
    return switch (fit) {
      case MEDIAN -> HillFit.atPosition(kept, xminPosition, weightRoundoff);
      case GOODNESS_OF_FIT -> XminScan.best(kept, weightRoundoff);
      case XMIN_PEAK -> XminPeak.fit(kept, weightRoundoff);
    };
  }

  /** The counts that go with a fit; to be added to. */
  Map<String, Double> metrics(Spectrum spectrum) {
    Map<String, Double> metrics = new HashMap<>();
    if (filterZeros) {
      metrics.put(Metric.EIGENVALUES_ABOVE_FILTER.key(), (double) ZeroFilter.countAbove(spectrum));
    }
    return metrics;
  }

  /** Why the filter cannot be applied, if rounding decides what it leaves out. */
  private Optional<TailFit> doubtful(Spectrum spectrum) {
    if (!filterZeros) {
      return Optional.empty();
    }
    OptionalDouble uncertain = ZeroFilter.uncertain(spectrum);
    return uncertain.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new TailFit.Undetermined(
                "rounding decides on which side of the zero filter %s eigenvalue %s is"
                    .formatted(ZeroFilter.THRESHOLD, uncertain.getAsDouble())));
  }
}
