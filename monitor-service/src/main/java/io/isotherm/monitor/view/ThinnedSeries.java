package io.isotherm.monitor.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Values over steps in bounded memory. Steps are put into bins of equal width, one point for each;
 * when there are too many, bins become twice as wide, so that the whole history stays at an even
 * resolution. Which points are kept does not depend on the order in which they come. The newest
 * point is always there.
 *
 * <p>A newer incarnation that resumes at an earlier step hides what the older one had from that
 * step on.
 */
final class ThinnedSeries {

  private static final int SMALLEST_ARRAY = 16;

  private final int capacity;
  private final IncarnationHistory history;
  private long[] incarnations = {};
  private long[] steps = {};
  private double[] values = {};
  private int size;
  private long binWidth = 1;
  private long newestIncarnation;
  private long newestStep = -1;
  private double newestValue;

  /** An empty series that keeps {@code capacity} points and the newest one; at least 2. */
  ThinnedSeries(int capacity, IncarnationHistory history) {
    this.capacity = capacity;
    this.history = history;
  }

  /** Adds a point that was just made, unless this or a later step is already there. */
  void add(long incarnation, long step, double value) {
    if (isNewest(incarnation, step)) {
      addHistory(incarnation, step, value);
    }
  }

  /** Adds a point that may be older than those that are there. */
  void addHistory(long incarnation, long step, double value) {
    if (isNewest(incarnation, step)) {
      newestIncarnation = incarnation;
      newestStep = step;
      newestValue = value;
    }
    int bin = find(step / binWidth);
    if (bin < 0) {
      insert(-bin - 1, incarnation, step, value);
      while (size > capacity) {
        widenBins();
      }
    } else if (isBetter(incarnation, step, bin)) {
      set(bin, incarnation, step, value);
    }
  }

  /** A copy of what is kept and not undone. */
  StepSeries points() {
    List<Long> shownSteps = new ArrayList<>(size + 1);
    List<Double> shownValues = new ArrayList<>(size + 1);
    for (int i = 0; i < size; i++) {
      if (!history.undid(incarnations[i], steps[i])) {
        shownSteps.add(steps[i]);
        shownValues.add(values[i]);
      }
    }
    boolean endsBefore = shownSteps.isEmpty() || shownSteps.get(shownSteps.size() - 1) < newestStep;
    if (newestStep >= 0 && endsBefore && !history.undid(newestIncarnation, newestStep)) {
      shownSteps.add(newestStep);
      shownValues.add(newestValue);
    }
    return new StepSeries(shownSteps, shownValues);
  }

  private boolean isNewest(long incarnation, long step) {
    return incarnation > newestIncarnation
        || (incarnation == newestIncarnation && step > newestStep);
  }

  /** In one bin the newest incarnation counts, which nothing undoes, and its first point. */
  private boolean isBetter(long incarnation, long step, int than) {
    return incarnation > incarnations[than]
        || (incarnation == incarnations[than] && step < steps[than]);
  }

  /** The index of a bin's point, or -1 - (where it would be). */
  private int find(long bin) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long found = steps[middle] / binWidth;
      if (found == bin) {
        return middle;
      } else if (found < bin) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  private void widenBins() {
    binWidth *= 2;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (kept == 0 || steps[kept - 1] / binWidth != steps[i] / binWidth) {
        set(kept, incarnations[i], steps[i], values[i]);
        kept++;
      } else if (isBetter(incarnations[i], steps[i], kept - 1)) {
        set(kept - 1, incarnations[i], steps[i], values[i]);
      }
    }
    size = kept;
  }

  private void insert(int at, long incarnation, long step, double value) {
    if (size == steps.length) {
      // One more than the capacity, for the point that makes the bins wider.
      int longer = Math.min(capacity + 1, Math.max(SMALLEST_ARRAY, 2 * size));
      incarnations = Arrays.copyOf(incarnations, longer);
      steps = Arrays.copyOf(steps, longer);
      values = Arrays.copyOf(values, longer);
    }
    System.arraycopy(incarnations, at, incarnations, at + 1, size - at);
    System.arraycopy(steps, at, steps, at + 1, size - at);
    System.arraycopy(values, at, values, at + 1, size - at);
    size++;
    set(at, incarnation, step, value);
  }

  private void set(int at, long incarnation, long step, double value) {
    incarnations[at] = incarnation;
    steps[at] = step;
    values[at] = value;
  }
}
