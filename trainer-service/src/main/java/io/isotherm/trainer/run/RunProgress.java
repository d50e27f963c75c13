package io.isotherm.trainer.run;

import io.isotherm.contracts.progress.ClientCounters;
import java.util.OptionalDouble;

/**
 * How far a run is.
 *
 * @param incarnation of the run
 * @param step steps trained
 * @param totalSteps planned
 * @param epoch epochs completed
 * @param loss of the newest batch
 * @param accuracy on the test images, 0 to 1, as last measured
 * @param seconds since the first step
 * @param counters of the client
 */
public record RunProgress(
    long incarnation,
    long step,
    long totalSteps,
    int epoch,
    OptionalDouble loss,
    OptionalDouble accuracy,
    double seconds,
    ClientCounters counters) {

  /** Before the first step. */
  static final RunProgress NONE =
      new RunProgress(
          0, 0, 0, 0, OptionalDouble.empty(), OptionalDouble.empty(), 0, ClientCounters.ZERO);
}
