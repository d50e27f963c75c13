package io.isotherm.gpucheck;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Operations per second of what was measured, by engine and order of the matrices, for what the
 * next measurement takes at most: rates grow with the order.
 */
final class Rates {

  private final Map<String, TreeMap<Integer, Double>> rates = new HashMap<>();

  /** Keeps what was measured, and gives it back. */
  double measured(String engine, int order, double flops, double seconds) {
    rates.computeIfAbsent(engine, name -> new TreeMap<>()).put(order, flops / seconds);
    return seconds;
  }

  /** Seconds that an engine may take; 0 before its first measurement. */
  double estimate(String engine, int order, double flops) {
    TreeMap<Integer, Double> known = rates.get(engine);
    if (known == null) {
      return 0;
    }
    Map.Entry<Integer, Double> nearest = known.floorEntry(order);
    return flops / (nearest == null ? known.firstEntry() : nearest).getValue();
  }
}
