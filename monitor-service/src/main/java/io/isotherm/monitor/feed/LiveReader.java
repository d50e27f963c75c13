package io.isotherm.monitor.feed;

import io.isotherm.contracts.Topic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows all topics: descriptions from the beginning, for they are few and say which layers a run
 * has; the others from near their ends, and what lies before is put on the backlog.
 */
final class LiveReader {

  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final CatchUp catchUp;
  private final HistoryBacklog backlog;
  private final RecordDispatcher dispatcher;
  private final InstantSource clock;
  private final long tail;

  /**
   * A reader that goes on where {@code catchUp} stands.
   *
   * @param tail how many records before the end of a partition come first
   */
  LiveReader(
      Consumer<String, byte[]> consumer,
      CatchUp catchUp,
      HistoryBacklog backlog,
      RecordDispatcher dispatcher,
      InstantSource clock,
      long tail) {
    this.consumer = consumer;
    this.catchUp = catchUp;
    this.backlog = backlog;
    this.dispatcher = dispatcher;
    this.clock = clock;
    this.tail = tail;
  }

  /**
   * Asks the broker for topics, partitions and their ends, and reads what has come to be there.
   *
   * @throws org.apache.kafka.common.errors.TimeoutException if the broker does not answer
   */
  void look() {
    Instant asked = clock.instant();
    Map<TopicPartition, Long> ends = new HashMap<>();
    // Descriptions come last: whatever has been written before their end is described by then.
    for (Topic topic : RecordDispatcher.TOPICS) {
      ends.putAll(consumer.endOffsets(partitions(topic), ANSWER));
    }
    Set<TopicPartition> found =
        ends.keySet().stream()
            .filter(partition -> !catchUp.knows(partition))
            .collect(Collectors.toSet());
    if (!found.isEmpty()) {
      begin(found, ends);
    }
    catchUp.ended(ends, asked);
    follow(ends.keySet());
  }

  /** Reads what has come, waiting for at most {@code timeout}; does nothing without topics. */
  void poll(Duration timeout) {
    for (ConsumerRecord<String, byte[]> record : consumer.poll(timeout)) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (catchUp.isFromBeforeTheStart(partition, record.offset())) {
        dispatcher.tail(record);
      } else {
        dispatcher.live(record);
      }
    }
    for (TopicPartition partition : consumer.assignment()) {
      catchUp.reached(partition, consumer.position(partition, ANSWER));
    }
  }

  /** Whether there is anything to follow. */
  boolean hasTopics() {
    return !consumer.assignment().isEmpty();
  }

  private Set<TopicPartition> partitions(Topic topic) {
    List<PartitionInfo> known = consumer.partitionsFor(topic.topicName(), ANSWER);
    return known == null
        ? Set.of()
        : known.stream()
            .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
            .collect(Collectors.toSet());
  }

  private void begin(Set<TopicPartition> found, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, Long> firsts = consumer.beginningOffsets(found, ANSWER);
    for (TopicPartition partition : found) {
      long first = firsts.get(partition);
      long end = ends.get(partition);
      boolean whole = partition.topic().equals(Topic.RUNS.topicName());
      long start = whole ? first : Math.max(first, end - tail);
      catchUp.begin(partition, start, end);
      backlog.add(partition, first, start);
    }
  }

  /** What is new waits until the descriptions have been read. */
  private void follow(Set<TopicPartition> known) {
    Set<TopicPartition> before = consumer.assignment();
    Set<TopicPartition> wanted = new HashSet<>(known);
    if (!catchUp.hasRead(Topic.RUNS)) {
      wanted.removeIf(
          partition ->
              !before.contains(partition) && !partition.topic().equals(Topic.RUNS.topicName()));
    }
    if (!wanted.equals(before)) {
      consumer.assign(wanted);
      wanted.stream()
          .filter(partition -> !before.contains(partition))
          .forEach(partition -> consumer.seek(partition, catchUp.position(partition)));
    }
  }
}
