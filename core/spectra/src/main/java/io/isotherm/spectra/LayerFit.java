package io.isotherm.spectra;

import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.Metric;
import io.isotherm.spectra.Analysis.FittedSpectrum;
import io.isotherm.spectra.chance.AlphaNull;
import io.isotherm.spectra.chance.AlphaNulls;
import io.isotherm.spectra.chance.RandomLayer;
import io.isotherm.spectra.estimator.Estimate;
import io.isotherm.spectra.estimator.Estimator;
import io.isotherm.spectra.estimator.Reading;
import io.isotherm.spectra.fit.Spectrum;
import io.isotherm.spectra.fit.TailFit;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The fits of a layer's groups of matrices, in one precision, and what they say together. */
final class LayerFit {

  private record Group(Spectrum spectrum, Estimate estimate) {

    TailFit.PowerLaw law() {
      return (TailFit.PowerLaw) estimate.fit();
    }

    double alphaHat() {
      return law().alpha() * Math.log10(spectrum.largest());
    }
  }

  private final Precision precision;
  private final Reading.Groups reading;
  private final boolean isStack;
  private final List<Group> groups = new ArrayList<>();

  /**
   * No fit yet.
   *
   * @param isStack whether the fits are those of a stack's members, one each
   */
  LayerFit(Precision precision, Reading.Groups reading, boolean isStack) {
    this.precision = precision;
    this.reading = reading;
    this.isStack = isStack;
  }

  void add(Spectrum spectrum, Estimate estimate) {
    groups.add(new Group(spectrum, estimate));
  }

  /** Whether all fits so far have an exponent. */
  boolean isDetermined() {
    return groups.stream().allMatch(group -> group.estimate().fit() instanceof TailFit.PowerLaw);
  }

  /** Alpha of random matrices of this layer's shape. */
  Optional<AlphaNull> alphaNull(AlphaNulls chance, Estimator estimator) {
    int members = groups.size() / reading.groups().size();
    double meanEigenvalue = mean(group -> group.spectrum().sum()) / groups.get(0).spectrum().size();
    return chance
        .of(estimator, RandomLayer.of(reading, members), meanEigenvalue)
        .map(one -> one.ofMeanOf(groups.size()));
  }

  Analysis analysis(String solver, long nanos) {
    return new Analysis(
        isDetermined() ? analysed(solver, nanos) : new Outcome.Skipped(reason()),
        groups.stream()
            .map(group -> new FittedSpectrum(group.spectrum(), group.estimate().fit()))
            .toList());
  }

  private Outcome.Analysed analysed(String solver, long nanos) {
    Spectrum whole = Spectrum.union(groups.stream().map(Group::spectrum).toList());
    boolean isOneFit = groups.size() == 1;
    TailFit.PowerLaw first = groups.get(0).law();
    return new Outcome.Analysed(
        mean(group -> group.law().alpha()),
        mean(group -> group.law().ksDistance()),
        isOneFit ? OptionalDouble.of(first.xmin()) : OptionalDouble.empty(),
        isOneFit ? OptionalLong.of(first.xminIndex()) : OptionalLong.empty(),
        whole.size(),
        mean(group -> group.spectrum().largest()),
        mean(group -> group.spectrum().sum()),
        mean(group -> group.spectrum().sum() / group.spectrum().largest()),
        mean(Group::alphaHat),
        whole.entropy(),
        whole.histogram(),
        metrics(),
        solver,
        precision.label(),
        nanos);
  }

  private SortedMap<String, Double> metrics() {
    SortedMap<String, Double> metrics = new TreeMap<>(reading.metrics());
    for (String name : groups.get(0).estimate().metrics().keySet()) {
      double mean = mean(group -> group.estimate().metrics().getOrDefault(name, Double.NaN));
      if (Double.isFinite(mean)) {
        metrics.put(name, mean);
      }
    }
    if (isStack) {
      DoubleSummaryStatistics alphas =
          groups.stream().mapToDouble(group -> group.law().alpha()).summaryStatistics();
      metrics.put(Metric.SMALLEST_ALPHA.key(), alphas.getMin());
      metrics.put(Metric.LARGEST_ALPHA.key(), alphas.getMax());
    }
    return metrics;
  }

  private double mean(ToDoubleFunction<Group> number) {
    return groups.stream().mapToDouble(number).sum() / groups.size();
  }

  /** Of the last group, because no other is fitted after one without an exponent. */
  private String reason() {
    TailFit last = groups.get(groups.size() - 1).estimate().fit();
    String reason = ((TailFit.Undetermined) last).reason();
    if (isStack) {
      return "matrix [%d] of the stack: %s".formatted(groups.size() - 1, reason);
    }
    return reading.groups().size() == 1
        ? reason
        : "block %d of %d: %s".formatted(groups.size(), reading.groups().size(), reason);
  }
}
