package io.isotherm.benchmarks.compare;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * This engine's laps beside those of one opponent on the same weights, lap by lap next to each
 * other in time.
 *
 * @param opponent whose laps {@code theirs} are
 * @param ours at least one
 * @param theirs as many as ours
 */
record Pairing(String opponent, List<Lap> ours, List<Lap> theirs) {

  Pairing {
    ours = List.copyOf(ours);
    theirs = List.copyOf(theirs);
    if (ours.isEmpty() || ours.size() != theirs.size()) {
      throw new IllegalArgumentException(
          "laps beside %s must be as many on both sides, got: %d and %d"
              .formatted(opponent, ours.size(), theirs.size()));
    }
  }

  /** How many times longer the opponent takes, one value per pair of laps, ascending. */
  List<Double> wallRatios() {
    return ratios(Lap::wallNanos);
  }

  /** How many times more CPU time the opponent takes, ascending. */
  List<Double> cpuRatios() {
    return ratios(Lap::cpuNanos);
  }

  private List<Double> ratios(ToDoubleFunction<Lap> time) {
    return IntStream.range(0, ours.size())
        .mapToObj(i -> time.applyAsDouble(theirs.get(i)) / time.applyAsDouble(ours.get(i)))
        .sorted()
        .toList();
  }

  /** Largest relative difference in alpha between the two. */
  double alphaDifference() {
    return Statistics.largestDifference(ours.get(0).alphas(), theirs.get(0).alphas());
  }
}
