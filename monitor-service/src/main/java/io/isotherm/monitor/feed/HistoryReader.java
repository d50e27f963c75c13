package io.isotherm.monitor.feed;

import java.time.Duration;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads what was on the broker before the start, the newest first, a little with each turn. */
final class HistoryReader {

  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration ANSWER = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final HistoryBacklog backlog;
  private final RecordDispatcher dispatcher;

  HistoryReader(
      Consumer<String, byte[]> consumer, HistoryBacklog backlog, RecordDispatcher dispatcher) {
    this.consumer = consumer;
    this.backlog = backlog;
    this.dispatcher = dispatcher;
  }

  /** Reads some records, if any are left. */
  void turn() {
    Set<TopicPartition> open = backlog.open();
    Set<TopicPartition> assigned = consumer.assignment();
    consumer.assign(open);
    for (TopicPartition partition : open) {
      long next = backlog.position(partition);
      if (!assigned.contains(partition) || consumer.position(partition, ANSWER) != next) {
        consumer.seek(partition, next);
      }
    }
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      if (backlog.wants(new TopicPartition(record.topic(), record.partition()), record.offset())) {
        dispatcher.history(record);
      }
    }
    for (TopicPartition partition : open) {
      backlog.reached(partition, consumer.position(partition, ANSWER));
    }
  }
}
