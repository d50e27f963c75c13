package io.isotherm.benchmarks.compare;

import io.isotherm.checks.Checks;
import java.util.List;

/**
 * One pass of one contestant over all layers of a workload.
 *
 * @param wallNanos from bytes in memory to the last alpha
 * @param cpuNanos of all threads and processes of the contestant meanwhile
 * @param alphas one per layer, NaN where there is none
 */
record Lap(long wallNanos, long cpuNanos, List<Double> alphas) {

  Lap {
    Checks.requirePositive("wallNanos of a lap", wallNanos);
    Checks.requireNotNegative("cpuNanos of a lap", cpuNanos);
    alphas = Checks.requireElements("alphas of a lap", alphas);
  }
}
