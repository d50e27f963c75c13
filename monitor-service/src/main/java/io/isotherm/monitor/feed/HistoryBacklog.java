package io.isotherm.monitor.feed;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What is still to be read of the time before the start. Each partition is read window by window
 * from its end to its beginning, and each window forwards. Windows grow, so that the newest of all
 * partitions comes soon and the rest quickly. The feeding thread writes, any may ask.
 */
final class HistoryBacklog {

  private static final long FIRST_WINDOW = 1_000;
  private static final long LARGEST_WINDOW = 16_000;

  /** Offsets of a partition, the second one not included. */
  private record Range(long from, long to) {
    long size() {
      return Math.max(0, to - from);
    }
  }

  private final Map<TopicPartition, Range> untouched = new HashMap<>();
  private final Map<TopicPartition, Range> windows = new LinkedHashMap<>();
  private long windowSize = FIRST_WINDOW;
  private long total;

  /** Adds a partition's records from {@code first} to before {@code end}. */
  synchronized void add(TopicPartition partition, long first, long end) {
    Range range = new Range(first, end);
    if (range.size() > 0) {
      untouched.put(partition, range);
      total += range.size();
    }
  }

  /** The partitions that have a window to be read now; empty if nothing is left. */
  synchronized Set<TopicPartition> open() {
    if (windows.isEmpty() && !untouched.isEmpty()) {
      untouched.replaceAll(this::openWindow);
      untouched.values().removeIf(rest -> rest.size() == 0);
      windowSize = Math.min(LARGEST_WINDOW, 2 * windowSize);
    }
    return Set.copyOf(windows.keySet());
  }

  /** The offset that is read next in a partition's window. */
  synchronized long position(TopicPartition partition) {
    return windows.get(partition).from();
  }

  /** Whether a record belongs to the open window of its partition. */
  synchronized boolean wants(TopicPartition partition, long offset) {
    Range window = windows.get(partition);
    return window != null && offset >= window.from() && offset < window.to();
  }

  /** Notes the offset that is read next; at its end the window is closed. */
  synchronized void reached(TopicPartition partition, long next) {
    windows.computeIfPresent(
        partition,
        (key, window) ->
            next >= window.to() ? null : new Range(Math.max(next, window.from()), window.to()));
  }

  synchronized boolean isEmpty() {
    return untouched.isEmpty() && windows.isEmpty();
  }

  /** Share of the history that has been read, 0 to 1. */
  synchronized double readShare() {
    long left =
        untouched.values().stream().mapToLong(Range::size).sum()
            + windows.values().stream().mapToLong(Range::size).sum();
    return total == 0 ? 1 : 1 - (double) left / total;
  }

  /** Opens the newest window of a partition; what is left of it. */
  private Range openWindow(TopicPartition partition, Range range) {
    long from = Math.max(range.from(), range.to() - windowSize);
    windows.put(partition, new Range(from, range.to()));
    return new Range(range.from(), from);
  }
}
