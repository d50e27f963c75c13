package io.isotherm.monitor.view;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Values over growing steps in bounded memory. When it is full, every second point goes and from
 * then on only every second new one is kept, so that the whole history stays at an even resolution;
 * the newest point is always there.
 *
 * <p>A newer incarnation that resumes at an earlier step cuts off what the older one had from that
 * step on.
 */
final class Series {

  private static final int SMALLEST_ARRAY = 16;

  private final int capacity;
  private long[] steps;
  private double[] values;
  private int size;
  private long stride = 1;
  private long offered;
  private long incarnation;
  private long lastStep = -1;
  private double lastValue;

  /** An empty series that keeps {@code capacity} points and the newest one; at least 2. */
  Series(int capacity) {
    this.capacity = capacity;
    this.steps = new long[Math.min(capacity, SMALLEST_ARRAY)];
    this.values = new double[steps.length];
  }

  /** Adds a point, unless this or a later step of the incarnation is already there. */
  void add(long ofIncarnation, long step, double value) {
    if (ofIncarnation < incarnation) {
      return;
    }
    if (ofIncarnation > incarnation) {
      incarnation = ofIncarnation;
      cutFrom(step);
    } else if (step <= lastStep) {
      return;
    }
    if (offered % stride == 0 && size == capacity) {
      halve();
    }
    if (offered % stride == 0) {
      append(step, value);
    }
    offered++;
    lastStep = step;
    lastValue = value;
  }

  /** A copy of what is kept. */
  Points points() {
    List<Long> allSteps = new ArrayList<>(size + 1);
    List<Double> allValues = new ArrayList<>(size + 1);
    for (int i = 0; i < size; i++) {
      allSteps.add(steps[i]);
      allValues.add(values[i]);
    }
    if (lastStep >= 0 && (size == 0 || steps[size - 1] != lastStep)) {
      allSteps.add(lastStep);
      allValues.add(lastValue);
    }
    return new Points(allSteps, allValues);
  }

  private void cutFrom(long step) {
    if (lastStep < step) {
      return;
    }
    while (size > 0 && steps[size - 1] >= step) {
      size--;
    }
    offered = size * stride;
    lastStep = size == 0 ? -1 : steps[size - 1];
    lastValue = size == 0 ? 0 : values[size - 1];
  }

  private void halve() {
    int kept = 0;
    for (int i = 0; i < size; i += 2) {
      steps[kept] = steps[i];
      values[kept] = values[i];
      kept++;
    }
    size = kept;
    stride *= 2;
  }

  private void append(long step, double value) {
    if (size == steps.length) {
      int longer = Math.min(capacity, 2 * size);
      steps = Arrays.copyOf(steps, longer);
      values = Arrays.copyOf(values, longer);
    }
    steps[size] = step;
    values[size] = value;
    size++;
  }
}
