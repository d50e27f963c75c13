package io.isotherm.monitor.view;

import io.isotherm.contracts.progress.Progress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** What the trainer of a run has told: where it stands, and its curves. */
final class TrainingHistory {

  private final ThinnedSeries lossSeries;
  private final ThinnedSeries accuracySeries;
  private final ThinnedSeries baseLearningRateSeries;
  private final Newest<Progress> progress = new Newest<>();
  private final Newest<Double> loss = new Newest<>();
  private final Newest<Double> accuracy = new Newest<>();
  private final SortedMap<String, Newest<Double>> metrics = new TreeMap<>();
  private final IncarnationHistory incarnations;

  TrainingHistory(int points, IncarnationHistory incarnations) {
    this.incarnations = incarnations;
    this.lossSeries = new ThinnedSeries(points, incarnations);
    this.accuracySeries = new ThinnedSeries(points, incarnations);
    this.baseLearningRateSeries = new ThinnedSeries(points, incarnations);
  }

  void progress(Progress newer, RecordOrigin origin) {
    Position position = new Position(newer.incarnation(), newer.step(), origin.offset());
    progress.offer(position, newer);
    newer.loss().ifPresent(value -> loss.offer(position, value));
    newer.accuracy().ifPresent(value -> accuracy.offer(position, value));
    newer.metrics().forEach((name, value) -> metric(name, value, position));
    newer.loss().ifPresent(value -> add(lossSeries, newer, value, origin));
    newer.accuracy().ifPresent(value -> add(accuracySeries, newer, value, origin));
    add(baseLearningRateSeries, newer, newer.baseLearningRate(), origin);
  }

  /** As many names as one message may have; further ones are left out. */
  private void metric(String name, double value, Position position) {
    if (metrics.containsKey(name) || metrics.size() < Progress.MAX_METRICS) {
      metrics.computeIfAbsent(name, unseen -> new Newest<>()).offer(position, value);
    }
  }

  /** The newest of the newest incarnation. */
  Optional<Progress> progress() {
    return progress.value().filter(newest -> newest.incarnation() == incarnations.newest());
  }

  /** Whether the trainer has told anything, in any incarnation. */
  boolean hasSpoken() {
    return progress.value().isPresent();
  }

  OptionalDouble loss() {
    return optional(loss.value());
  }

  OptionalDouble accuracy() {
    return optional(accuracy.value());
  }

  /** The newest of each metric, by name. */
  SortedMap<String, Double> metrics() {
    SortedMap<String, Double> values = new TreeMap<>();
    metrics.forEach((name, newest) -> values.put(name, newest.value().orElseThrow()));
    return values;
  }

  /**
   * What the trainer says it multiplies a layer's rate or decay with; 1 where it says nothing of a
   * layer. Empty if it has taken over decisions and says no factor at all, as a trainer of very
   * many layers may: then what was decided is in force, as far as one can know.
   */
  OptionalDouble inForce(Function<Progress, Map<String, Double>> factors, String layer) {
    return optional(
        progress()
            .filter(newest -> !leavesOutFactors(newest))
            .map(newest -> factors.apply(newest).getOrDefault(layer, 1.0)));
  }

  private static boolean leavesOutFactors(Progress newest) {
    return newest.factors().isEmpty()
        && newest.weightDecayFactors().isEmpty()
        && newest.counters().decisionsApplied() > 0;
  }

  StepSeries lossPoints() {
    return lossSeries.points();
  }

  StepSeries accuracyPoints() {
    return accuracySeries.points();
  }

  StepSeries baseLearningRatePoints() {
    return baseLearningRateSeries.points();
  }

  private static void add(ThinnedSeries series, Progress of, double value, RecordOrigin origin) {
    if (origin.history()) {
      series.addHistory(of.incarnation(), of.step(), value);
    } else {
      series.add(of.incarnation(), of.step(), value);
    }
  }

  private static OptionalDouble optional(Optional<Double> value) {
    return value.map(OptionalDouble::of).orElse(OptionalDouble.empty());
  }
}
