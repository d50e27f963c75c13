package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.workload.Workload;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What was measured on one workload.
 *
 * @param workload what was computed
 * @param laps of this engine, all of them, at least one
 * @param pairings with the opponents that took part
 * @param doubleShare share of the layers that this engine computed in double precision
 * @param withoutAlpha how many layers this engine gave no number for
 * @param referenceDifference largest relative difference in alpha to a double-precision SVD, NaN
 *     where there is none
 */
record Row(
    Workload workload,
    List<Lap> laps,
    List<Pairing> pairings,
    double doubleShare,
    int withoutAlpha,
    double referenceDifference) {

  private static final double NANOS_PER_MILLI = 1e6;

  Row {
    laps = List.copyOf(laps);
    pairings = List.copyOf(pairings);
  }

  /** Median milliseconds for one unit of the workload. */
  double millis(List<Lap> of, ToLongFunction<Lap> time) {
    return Statistics.median(of.stream().map(lap -> (double) time.applyAsLong(lap)).toList())
        / NANOS_PER_MILLI
        / workload.units();
  }

  /** Floating-point operations per nanosecond that the least possible work amounts to. */
  double floorGigaflops() {
    return workload.floorFlops()
        / Statistics.median(laps.stream().map(lap -> (double) lap.wallNanos()).toList());
  }
}
