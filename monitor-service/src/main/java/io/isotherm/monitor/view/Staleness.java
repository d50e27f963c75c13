package io.isotherm.monitor.view;

import java.util.Collection;

/**
 * Steps between the snapshot that a decision is based on and the first step trained with it, over
 * the newest decisions applied.
 *
 * @param last of the newest decision
 * @param median of an even number of decisions: the larger of the two in the middle
 * @param max the largest
 */
public record Staleness(long last, long median, long max) {

  static Staleness of(Collection<Long> steps, long last) {
    long[] sorted = steps.stream().mapToLong(Long::longValue).sorted().toArray();
    return new Staleness(last, sorted[sorted.length / 2], sorted[sorted.length - 1]);
  }
}
