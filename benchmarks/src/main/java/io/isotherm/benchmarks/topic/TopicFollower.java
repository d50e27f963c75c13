package io.isotherm.benchmarks.topic;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.contracts.Topic;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Reads a topic from its beginning, as a trainer does: committed records only, on a thread of its
 * own.
 */
public final class TopicFollower implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  /** Takes records as they come, one at a time. */
  @FunctionalInterface
  public interface Sink {
    /**
     * A record has come.
     *
     * @param nanos when, as {@link System#nanoTime}
     * @throws Exception if it is not what it must be: whoever waits is told
     */
    void take(ConsumerRecord<String, byte[]> record, long nanos) throws Exception;
  }

  private final Topic topic;
  private final Sink sink;
  private final Consumer<String, byte[]> consumer;
  private final Thread thread;
  private String failure;
  private volatile boolean closed;

  /** Begins to read. */
  public TopicFollower(String bootstrapServers, Topic topic, Sink sink) {
    this.topic = topic;
    this.sink = sink;
    consumer =
        KafkaClients.reader(
            KafkaSettings.at(bootstrapServers),
            "isotherm-benchmark-" + topic.topicName(),
            Map.of());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic.topicName()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread = new Thread(this::read, "follower of " + topic.topicName());
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try (consumer) {
      while (!closed) {
        var records = consumer.poll(POLL);
        long now = System.nanoTime();
        for (ConsumerRecord<String, byte[]> each : records) {
          synchronized (this) {
            sink.take(each, now);
            notifyAll();
          }
        }
      }
    } catch (WakeupException e) {
      return;
    } catch (Exception e) {
      synchronized (this) {
        failure = e.getMessage() == null ? e.toString() : e.getMessage();
        notifyAll();
      }
    }
  }

  /** What the sink has collected, while it collects nothing more. */
  public synchronized <T> T look(Supplier<T> collected) {
    return collected.get();
  }

  /**
   * Waits until a condition on what the sink has collected holds, for so long at most; returns
   * whether it does.
   *
   * @throws BenchmarkException if the topic cannot be read any further
   */
  public synchronized boolean await(BooleanSupplier condition, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (failure != null) {
        throw new BenchmarkException(topic.topicName() + " cannot be read: " + failure);
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
