package io.isotherm.local.demo;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.kafka.BrokerProblem;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.terminal.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** Reads the topics from their beginning, on a thread of its own, into a {@link RunTally}. */
public final class DemoObserver implements AutoCloseable {

  private static final List<Topic> TOPICS =
      List.of(
          Topic.RUNS, Topic.PROGRESS, Topic.SPECTRA, Topic.LEARNING_RATES, Topic.SHADOW_DECISIONS);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration ANSWER = Duration.ofMinutes(1);
  private static final Duration JOIN = Duration.ofSeconds(5);

  private final KafkaSettings kafka;
  private final String run;
  private final RunTally tally;
  private final org.apache.kafka.clients.consumer.Consumer<String, byte[]> consumer;
  private final Thread thread = new Thread(this::read, "demo-observer");
  private final AtomicReference<String> problem = new AtomicReference<>();
  private volatile boolean closed;

  private DemoObserver(KafkaSettings kafka, String run, RunTally tally) {
    this.kafka = kafka;
    this.run = run;
    this.tally = tally;
    this.consumer = KafkaClients.reader(kafka, "isotherm-demo", Map.of());
  }

  /** Starts to read. */
  public static DemoObserver start(KafkaSettings kafka, String run, RunTally tally) {
    DemoObserver observer = new DemoObserver(kafka, run, tally);
    observer.thread.setDaemon(true);
    observer.thread.start();
    return observer;
  }

  /**
   * Checks that everything could be read so far.
   *
   * @throws UserError with one line about what could not
   */
  public void requireHealthy() {
    String line = problem.get();
    if (line != null) {
      throw new UserError(line);
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(JOIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read() {
    try (consumer) {
      List<TopicPartition> all = new ArrayList<>();
      for (Topic topic : TOPICS) {
        for (PartitionInfo partition : consumer.partitionsFor(topic.topicName())) {
          all.add(new TopicPartition(partition.topic(), partition.partition()));
        }
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (!closed) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          // On a cluster of many, other runs' records are none of the demo's business.
          if (run.equals(record.key())) {
            take(record);
          }
        }
      }
    } catch (WakeupException e) {
      return;
    } catch (KafkaException e) {
      problem.compareAndSet(null, BrokerProblem.line(kafka, e, ANSWER));
    }
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    if (record.topic().equals(Topic.RUNS.topicName())) {
      take(Messages.RUNS, record, tally::add);
    } else if (record.topic().equals(Topic.PROGRESS.topicName())) {
      take(Messages.PROGRESS, record, tally::add);
    } else if (record.topic().equals(Topic.SPECTRA.topicName())) {
      take(Messages.SPECTRA, record, tally::add);
    } else if (record.topic().equals(Topic.SHADOW_DECISIONS.topicName())) {
      take(Messages.SHADOW_DECISIONS, record, tally::add);
    } else {
      take(Messages.LEARNING_RATES, record, tally::add);
    }
  }

  private <T> void take(
      JsonCodec<T> codec, ConsumerRecord<String, byte[]> record, Consumer<T> sink) {
    try {
      sink.accept(KafkaRecords.decode(codec, record));
    } catch (InvalidMessageException e) {
      problem.compareAndSet(
          null,
          "record %d of %s-%d cannot be read: %s"
              .formatted(record.offset(), record.topic(), record.partition(), e.getMessage()));
    }
  }
}
