package io.isotherm.checkpoints;

import io.isotherm.checkpoints.plot.DepthPlot.Point;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What all results together say. */
final class Tally {

  private final EstimatorSpec estimator;
  private final List<Point> alphas = new ArrayList<>();
  private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
  private int analysed;
  private int skipped;
  private int failed;
  private int inDouble;
  private long cpuNanos;
  private double weights;
  private double analysedWeights;

  /** Nothing yet of layers whose alphas {@code estimator} measures. */
  Tally(EstimatorSpec estimator) {
    this.estimator = estimator;
  }

  void add(LayerResult result) {
    cpuNanos += result.cpuNanos();
    weights += result.weights();
    analysedWeights += result.numbers().isPresent() ? result.weights() : 0;
    if (result.outcome() instanceof Outcome.Analysed numbers) {
      analysed++;
      if (!result.hasFewEigenvalues()) {
        alphas.add(new Point(result.layer(), numbers.alpha()));
        result.verdict(estimator).ifPresent(verdict -> verdicts.merge(verdict, 1, Integer::sum));
      }
      inDouble += numbers.precision().equals("fp64") ? 1 : 0;
    } else if (result.outcome() instanceof Outcome.Skipped) {
      skipped++;
    } else {
      failed++;
    }
  }

  int analysed() {
    return analysed;
  }

  /** How many layers have that verdict. */
  int count(Verdict verdict) {
    return verdicts.getOrDefault(verdict, 0);
  }

  /** Analysed layers with too few eigenvalues for a mean, a median or a verdict. */
  int few() {
    return analysed - alphas.size();
  }

  int skipped() {
    return skipped;
  }

  int failed() {
    return failed;
  }

  /** The share of the layers' weights whose layers have numbers; NaN if there are none. */
  double coverage() {
    return analysedWeights / weights;
  }

  /** Analysed layers whose numbers come from double precision. */
  int inDouble() {
    return inDouble;
  }

  double cpuSeconds() {
    return cpuNanos / 1e9;
  }

  /** The alphas in the layers' order, but those of too few eigenvalues. */
  List<Point> alphas() {
    return List.copyOf(alphas);
  }

  /** Without an alpha there is nothing to sum up. */
  Optional<Spread> spread() {
    if (alphas.isEmpty()) {
      return Optional.empty();
    }
    List<Point> ascending =
        alphas.stream().sorted(Comparator.comparingDouble(Point::alpha)).toList();
    int size = ascending.size();
    double median = (ascending.get((size - 1) / 2).alpha() + ascending.get(size / 2).alpha()) / 2;
    double mean = alphas.stream().mapToDouble(Point::alpha).average().orElseThrow();
    return Optional.of(new Spread(mean, median, ascending.get(0), ascending.get(size - 1)));
  }

  /**
   * Where the alphas lie.
   *
   * @param mean of all
   * @param median of all
   * @param smallest with its layer
   * @param largest with its layer
   */
  record Spread(double mean, double median, Point smallest, Point largest) {}
}
