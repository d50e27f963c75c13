package io.isotherm.local.demo;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.terminal.UserError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the topics from their beginning, on a thread of its own, into a {@link RunTally}. */
public final class DemoObserver implements AutoCloseable {

  private static final List<Topic> TOPICS =
      List.of(
          Topic.RUNS, Topic.PROGRESS, Topic.SPECTRA, Topic.LEARNING_RATES, Topic.SHADOW_DECISIONS);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration JOIN = Duration.ofSeconds(5);

  private final RunTally tally;
  private final KafkaConsumer<String, byte[]> consumer;
  private final Thread thread = new Thread(this::read, "demo-observer");
  private final AtomicReference<String> problem = new AtomicReference<>();
  private volatile boolean closed;

  private DemoObserver(String bootstrapServers, RunTally tally) {
    this.tally = tally;
    this.consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.CLIENT_ID_CONFIG,
                "isotherm-demo"),
            new StringDeserializer(),
            new ByteArrayDeserializer());
  }

  /** Starts to read. */
  public static DemoObserver start(String bootstrapServers, RunTally tally) {
    DemoObserver observer = new DemoObserver(bootstrapServers, tally);
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
        for (int partition = 0; partition < topic.partitions(); partition++) {
          all.add(new TopicPartition(topic.topicName(), partition));
        }
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      while (!closed) {
        consumer.poll(POLL).forEach(this::take);
      }
    } catch (WakeupException e) {
      return;
    } catch (KafkaException e) {
      problem.compareAndSet(null, "cannot read the topics: " + e.getMessage());
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
    HeaderSource headers =
        target -> record.headers().forEach(header -> target.accept(header.key(), header.value()));
    try {
      sink.accept(codec.decode(record.key(), headers, record.value()));
    } catch (InvalidMessageException e) {
      problem.compareAndSet(
          null,
          "record %d of %s-%d cannot be read: %s"
              .formatted(record.offset(), record.topic(), record.partition(), e.getMessage()));
    }
  }
}
