package io.isotherm.client.dl4j;

import io.isotherm.client.Rates;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The rates in force of one run, found by the run's name: DL4J copies a layer's schedule by JSON
 * and by {@code clone}, and every copy must see the same rates.
 */
final class LiveRates {

  private static final ConcurrentMap<String, LiveRates> RUNS = new ConcurrentHashMap<>();

  private volatile Rates latched = Rates.NONE;

  private LiveRates() {}

  /** The rates of {@code run}; {@link Rates#NONE} until the first are latched. */
  static LiveRates of(String run) {
    return RUNS.computeIfAbsent(run, name -> new LiveRates());
  }

  /** Forgets {@code run}. Schedules that have already been used keep their last factors. */
  static void forget(String run) {
    RUNS.remove(run);
  }

  /** Puts {@code rates} in force, for all layers at once. */
  void latch(Rates rates) {
    latched = rates;
  }

  double factor(String layer) {
    return latched.factor(layer);
  }

  double weightDecayFactor(String layer) {
    return latched.weightDecayFactor(layer);
  }
}
