package io.isotherm.benchmarks.compare;

import java.util.List;
import java.util.stream.IntStream;

/** The little arithmetic between laps and a table. */
final class Statistics {

  private Statistics() {}

  /** The middle value, or the mean of the two middle ones; NaN of nothing. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    if (size == 0) {
      return Double.NaN;
    }
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }

  /**
   * Largest {@code |a - b| / |b|} over the layers that have a number in both; NaN if there is none.
   * Where one list is shorter, its layers are the first ones of the other.
   */
  static double largestDifference(List<Double> values, List<Double> exact) {
    return IntStream.range(0, Math.min(values.size(), exact.size()))
        .filter(i -> Double.isFinite(values.get(i)) && Double.isFinite(exact.get(i)))
        .mapToDouble(i -> Math.abs(values.get(i) - exact.get(i)) / Math.abs(exact.get(i)))
        .max()
        .orElse(Double.NaN);
  }
}
