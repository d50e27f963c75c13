package io.isotherm.monitor.feed;

import io.isotherm.contracts.Topic;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the feed is from the ends of its partitions: from where they were when it started, and
 * from where they were when the broker was last asked. The feeding thread writes, any may ask.
 */
final class CatchUp {

  /** What services of an older release do not create is not waited for. */
  private static final Set<Topic> NEWER = EnumSet.of(Topic.REFUSALS);

  private final Set<Topic> missing = new TreeSet<>(RecordDispatcher.TOPICS);
  private final Map<TopicPartition, Long> firstEnds = new HashMap<>();
  private final Map<TopicPartition, Long> newestEnds = new HashMap<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private Optional<Instant> askedAt = Optional.empty();

  /** Notes a partition that was not there before, and where it is to be read from. */
  synchronized void begin(TopicPartition partition, long position, long end) {
    firstEnds.put(partition, end);
    positions.put(partition, position);
  }

  /** Notes where all partitions ended when the broker was asked. */
  synchronized void ended(Map<TopicPartition, Long> ends, Instant asked) {
    newestEnds.putAll(ends);
    missing.removeIf(topic -> ends.keySet().stream().anyMatch(of(topic)));
    askedAt = Optional.of(asked);
  }

  /** Notes the offset that is read next. */
  synchronized void reached(TopicPartition partition, long next) {
    positions.put(partition, next);
  }

  synchronized boolean knows(TopicPartition partition) {
    return positions.containsKey(partition);
  }

  /** The offset to go on at. */
  synchronized long position(TopicPartition partition) {
    return positions.get(partition);
  }

  /** Whether a record was on the broker before the feed started. */
  synchronized boolean isFromBeforeTheStart(TopicPartition partition, long offset) {
    return offset < firstEnds.get(partition);
  }

  /** Whether all that the topic had when the broker was last asked has been read. */
  synchronized boolean hasRead(Topic topic) {
    return !isAwaited(topic)
        && newestEnds.entrySet().stream()
            .filter(end -> of(topic).test(end.getKey()))
            .allMatch(end -> positions.get(end.getKey()) >= end.getValue());
  }

  /** Whether all that all topics had at the start has been read. */
  synchronized boolean isDone() {
    return missing.stream().noneMatch(this::isAwaited)
        && firstEnds.entrySet().stream()
            .allMatch(end -> positions.get(end.getKey()) >= end.getValue());
  }

  /** The time up to which all that was written has been read; empty if something is left. */
  synchronized Optional<Instant> heardAllUpTo() {
    return RecordDispatcher.TOPICS.stream().allMatch(this::hasRead) ? askedAt : Optional.empty();
  }

  /** Topics that have not been seen on the broker. */
  synchronized List<Topic> missing() {
    return List.copyOf(missing);
  }

  private boolean isAwaited(Topic topic) {
    return missing.contains(topic) && !NEWER.contains(topic);
  }

  private static Predicate<TopicPartition> of(Topic topic) {
    return partition -> partition.topic().equals(topic.topicName());
  }
}
