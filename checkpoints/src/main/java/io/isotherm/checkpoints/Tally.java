package io.isotherm.checkpoints;

import io.isotherm.checkpoints.plot.DepthPlot.Point;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.estimator.Verdict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What all results together say. */
final class Tally {

  private final EstimatorSpec estimator;
  private final List<Point> alphas = new ArrayList<>();
  private final Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
  private int inDouble;
  private long cpuNanos;
  private final TensorGroup analysedTensors = new TensorGroup();
  private final TensorGroup skippedTensors = new TensorGroup();
  private final TensorGroup failedTensors = new TensorGroup();
  private final Map<String, Tally> stacks = new LinkedHashMap<>();

  /** Nothing yet of layers whose alphas {@code estimator} measures. */
  Tally(EstimatorSpec estimator) {
    this.estimator = estimator;
  }

  void add(LayerResult result) {
    count(result);
    result
        .layer()
        .stack()
        .ifPresent(
            stack -> stacks.computeIfAbsent(stack, none -> new Tally(estimator)).count(result));
  }

  private void count(LayerResult result) {
    cpuNanos += result.cpuNanos();
    if (result.outcome() instanceof Outcome.Analysed numbers) {
      analysedTensors.add(result.name(), result.shape());
      if (!result.hasFewEigenvalues()) {
        alphas.add(new Point(result.name(), numbers.alpha(), numbers.chance()));
        result.verdict(estimator).ifPresent(verdict -> verdicts.merge(verdict, 1, Integer::sum));
      }
      inDouble += numbers.precision().equals("fp64") ? 1 : 0;
    } else if (result.outcome() instanceof Outcome.Skipped) {
      skippedTensors.add(result.name(), result.shape());
    } else {
      failedTensors.add(result.name(), result.shape());
    }
  }

  int analysed() {
    return analysedTensors.count();
  }

  /** How many layers have that verdict. */
  int count(Verdict verdict) {
    return verdicts.getOrDefault(verdict, 0);
  }

  /** Analysed layers with too few eigenvalues for a mean, a median or a verdict. */
  int few() {
    return analysed() - alphas.size();
  }

  int skipped() {
    return skippedTensors.count();
  }

  int failed() {
    return failedTensors.count();
  }

  TensorGroup analysedTensors() {
    return analysedTensors;
  }

  TensorGroup skippedTensors() {
    return skippedTensors;
  }

  TensorGroup failedTensors() {
    return failedTensors;
  }

  /** What the members of each stack say together, in the order of the layers. */
  Map<String, Tally> stacks() {
    return Collections.unmodifiableMap(stacks);
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
