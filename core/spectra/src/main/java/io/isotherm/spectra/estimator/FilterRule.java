package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.Metric;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.SpectrumRange;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.spectra.fit.ZeroFilter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Whether an estimator leaves small eigenvalues out, and what it says of that. */
record FilterRule(boolean filterZeros) {

  /** What the filter leaves. */
  SpectrumRange kept(Spectrum spectrum) {
    return filterZeros ? ZeroFilter.of(spectrum) : spectrum.all();
  }

  /** Why the filter cannot be applied, if rounding decides what it leaves out. */
  Optional<TailFit> doubtful(Spectrum spectrum) {
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

  /** The counts that go with a fit; to be added to. */
  Map<String, Double> metrics(Spectrum spectrum) {
    Map<String, Double> metrics = new HashMap<>();
    if (filterZeros) {
      metrics.put(Metric.EIGENVALUES_ABOVE_FILTER.key(), (double) ZeroFilter.countAbove(spectrum));
    }
    return metrics;
  }
}
