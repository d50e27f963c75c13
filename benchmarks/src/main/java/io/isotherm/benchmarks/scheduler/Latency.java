package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.scheduler.DecisionLog.Seen;
import java.util.List;

/**
 * Time from the moment at which a step's last outcome is given to a producer to the moment at which
 * a consumer has its decision.
 */
record Latency(double medianMillis, double p99Millis) {

  private static final double NANOS_PER_MILLI = 1e6;

  static Latency of(List<Seen> decisions, Feeder feeder) {
    List<Double> sorted = decisions.stream().map(each -> millis(each, feeder)).sorted().toList();
    if (sorted.isEmpty()) {
      throw new BenchmarkException("no decision was made at an even pace: more runs are needed");
    }
    return new Latency(at(sorted, 0.5), at(sorted, 0.99));
  }

  static double millis(Seen decision, Feeder feeder) {
    return (decision.nanos() - feeder.lastOutcomeNanos(decision.step())) / NANOS_PER_MILLI;
  }

  private static double at(List<Double> sorted, double share) {
    return sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size())));
  }
}
