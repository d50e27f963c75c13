package io.isotherm.monitor.feed;

import io.isotherm.contracts.Topic;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the feed is from what was on the broker when it started. The feeding thread writes, any
 * may ask.
 */
final class CatchUp {

  private final Map<TopicPartition, Long> targets = new HashMap<>();
  private final Set<Topic> missing = new TreeSet<>(RecordReader.TOPICS);
  private final Map<TopicPartition, Long> positions = new HashMap<>();

  /** Notes where a topic's partitions ended when they were first seen. */
  synchronized void found(Topic topic, Map<TopicPartition, Long> ends) {
    ends.forEach(targets::putIfAbsent);
    missing.remove(topic);
  }

  /** Notes the offset that is read next. */
  synchronized void reached(TopicPartition partition, long next) {
    positions.put(partition, next);
  }

  /** The offset to go on at, or -1 for a partition that has not been read. */
  synchronized long position(TopicPartition partition) {
    return positions.getOrDefault(partition, -1L);
  }

  /** Whether the topic is there and what it had at the start has been read. */
  synchronized boolean hasRead(Topic topic) {
    return !missing.contains(topic)
        && targets.entrySet().stream()
            .filter(target -> target.getKey().topic().equals(topic.topicName()))
            .allMatch(target -> position(target.getKey()) >= target.getValue());
  }

  /** Whether that holds for all of them. */
  boolean done(Collection<Topic> topics) {
    return topics.stream().allMatch(this::hasRead);
  }

  /** Topics that have not been seen on the broker. */
  synchronized List<Topic> missing() {
    return List.copyOf(missing);
  }
}
