package io.isotherm.spectra.fit;

/**
 * Merges ascending runs of equal length into one ascending order, pairs of neighbours at a time,
 * {@code log2} of their number times. Each value keeps the number of the run that it comes from.
 */
final class RunMerge {

  private double[] values;
  private int[] runs;
  private double[] spareValues;
  private int[] spareRuns;

  /**
   * Merges {@code values}, which is used up.
   *
   * @param length of a run; divides the number of values
   */
  RunMerge(double[] values, int length) {
    int count = values.length;
    this.values = values;
    this.runs = new int[count];
    for (int i = 0; i < count; i++) {
      runs[i] = i / length;
    }
    if (length < count) {
      spareValues = new double[count];
      spareRuns = new int[count];
    }
    for (long width = length; width < count; width *= 2) {
      for (long from = 0; from < count; from += 2 * width) {
        merge(
            (int) from,
            (int) Math.min(from + width, count),
            (int) Math.min(from + 2 * width, count));
      }
      swap();
    }
  }

  /** In ascending order. */
  double[] values() {
    return values;
  }

  /** The 0-based run of each value. */
  int[] runs() {
    return runs;
  }

  private void merge(int from, int middle, int to) {
    int left = from;
    int right = middle;
    for (int next = from; next < to; next++) {
      boolean fromLeft = left < middle && (right == to || values[left] <= values[right]);
      int source = fromLeft ? left++ : right++;
      spareValues[next] = values[source];
      spareRuns[next] = runs[source];
    }
  }

  private void swap() {
    double[] oldValues = values;
    int[] oldRuns = runs;
    values = spareValues;
    runs = spareRuns;
    spareValues = oldValues;
    spareRuns = oldRuns;
  }
}
