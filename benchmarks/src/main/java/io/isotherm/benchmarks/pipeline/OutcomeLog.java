package io.isotherm.benchmarks.pipeline;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** All outcomes of layers, with the time at which a consumer had them. */
final class OutcomeLog implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * An outcome that was seen.
   *
   * @param nanos when, as {@link System#nanoTime}
   */
  record Seen(Outcome outcome, long nanos) {}

  private final Consumer<String, byte[]> consumer;
  private final Thread thread = new Thread(this::read, "outcome-log");
  private final Map<String, List<Seen>> seen = new HashMap<>();
  private String failure;
  private volatile boolean closed;

  OutcomeLog(String bootstrapServers) {
    consumer =
        KafkaClients.reader(
            KafkaSettings.at(bootstrapServers), "isotherm-benchmark-outcomes", Map.of());
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topic.SPECTRA.topicName()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    thread.setDaemon(true);
    thread.start();
  }

  private void read() {
    try (consumer) {
      while (!closed) {
        var records = consumer.poll(POLL);
        long now = System.nanoTime();
        for (ConsumerRecord<String, byte[]> each : records) {
          take(KafkaRecords.decode(Messages.SPECTRA, each), now);
        }
      }
    } catch (WakeupException e) {
      return;
    } catch (InvalidMessageException | RuntimeException e) {
      fail(e.toString());
    }
  }

  private void take(LayerOutcome outcome, long now) {
    synchronized (this) {
      seen.computeIfAbsent(outcome.snapshot().run(), run -> new ArrayList<>())
          .add(new Seen(outcome.outcome(), now));
      notifyAll();
    }
  }

  private synchronized void fail(String reason) {
    failure = reason;
    notifyAll();
  }

  /** The outcomes of a run that have been seen so far, as they came. */
  synchronized List<Seen> of(String run) {
    return List.copyOf(seen.getOrDefault(run, List.of()));
  }

  /**
   * Waits until so many outcomes of a run have been seen, and returns them as they came.
   *
   * @throws PipelineException if they have not come after {@code patience}, or cannot be read
   */
  synchronized List<Seen> await(String run, int outcomes, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (of(run).size() < outcomes) {
      if (failure != null) {
        throw new PipelineException(failure);
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new PipelineException(
            "%d of %d outcomes of %s came in %d s"
                .formatted(of(run).size(), outcomes, run, patience.toSeconds()));
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return of(run);
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
