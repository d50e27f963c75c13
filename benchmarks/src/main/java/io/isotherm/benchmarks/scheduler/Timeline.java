package io.isotherm.benchmarks.scheduler;

/**
 * Who writes what when. Time goes in rows, in each of which every run has one outcome. The runs are
 * out of step with each other by equal shares of a wave (one outcome for each layer), so all of
 * them have a step open at any time and their decisions are due evenly.
 *
 * @param runs how many there are at the same time
 * @param layers of each run
 */
record Timeline(int runs, int layers) {

  /** After so many rows every run has begun, and each has had a decision. */
  int warmUp() {
    return 2 * layers;
  }

  /** The number of an outcome of {@code run} in {@code row}; negative while it has not begun. */
  int position(int run, int row) {
    return row - (int) ((long) run * layers / runs);
  }

  /** The layer that an outcome is about. */
  int layer(int position) {
    return position % layers;
  }

  /** The step that it belongs to, counted from 0. */
  int step(int position) {
    return position / layers;
  }

  /** Whether it is its step's last one. */
  boolean completes(int position) {
    return position >= 0 && layer(position) == layers - 1;
  }

  /** How many steps of {@code run} are complete when {@code rows} rows have been written. */
  int completed(int run, int rows) {
    return Math.max(0, position(run, rows)) / layers;
  }

  /** The same of all runs together. */
  long completed(int rows) {
    long sum = 0;
    for (int run = 0; run < runs; run++) {
      sum += completed(run, rows);
    }
    return sum;
  }
}
