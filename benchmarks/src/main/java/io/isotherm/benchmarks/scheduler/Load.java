package io.isotherm.benchmarks.scheduler;

/**
 * How much is asked of the scheduler.
 *
 * @param timeline the runs and their layers
 * @param epochs waves of the measurement at full speed
 * @param outcomesPerSecond of the measurements at an even pace; 0 for half of full speed
 */
record Load(Timeline timeline, int epochs, double outcomesPerSecond) {

  private static final double HALF = 0.5;

  /** The even pace, now that full speed is known. */
  double pace(double fullSpeed) {
    return outcomesPerSecond > 0 ? outcomesPerSecond : HALF * fullSpeed;
  }
}
