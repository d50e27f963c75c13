package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.XminRule;
import io.isotherm.spectra.fit.HillFit;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.SpectrumRange;
import io.isotherm.spectra.fit.TailFit;
import io.isotherm.spectra.fit.XminPeak;
import io.isotherm.spectra.fit.XminScan;
import java.util.Optional;
import java.util.OptionalInt;

/** The fit that TempBalance, FARMS and Model Balancing share: a zero filter and a start of tail. */
record TailRule(XminRule fit, double xminPosition, FilterRule filter) {

  /** As the user wants it. */
  static TailRule of(EstimatorSpec.Fitted spec) {
    return new TailRule(spec.fit(), spec.xminPosition(), new FilterRule(spec.filterZeros()));
  }

  /** Whether it looks at more of the small eigenvalues than their number. */
  boolean looksAtSmallEigenvalues() {
    return fit != XminRule.MEDIAN;
  }

  /**
   * Number of the eigenvalue at which the tail of so many starts, if their values do not matter.
   */
  OptionalInt start(int count) {
    return fit == XminRule.MEDIAN
        ? OptionalInt.of(HillFit.start(count, xminPosition))
        : OptionalInt.empty();
  }

  TailFit fit(Spectrum spectrum, double weightRoundoff) {
    Optional<TailFit> doubtful = filter.doubtful(spectrum);
    if (doubtful.isPresent()) {
      return doubtful.get();
    }
    SpectrumRange kept = filter.kept(spectrum);
    return switch (fit) {
      case MEDIAN -> HillFit.atPosition(kept, xminPosition, weightRoundoff);
      case GOODNESS_OF_FIT -> XminScan.best(kept, weightRoundoff);
      case XMIN_PEAK -> XminPeak.fit(kept, weightRoundoff);
    };
  }
}
