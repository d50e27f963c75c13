package io.isotherm.benchmarks.scheduler;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.isotherm.contracts.Topic;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/** All decisions, as a trainer sees them: committed ones, with the time at which they were seen. */
final class DecisionLog implements AutoCloseable {

  private static final ObjectReader READER = new ObjectMapper().readerFor(Head.class);
  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * The part of a decision that is looked at.
   *
   * @param missing must be empty: nothing was missing
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Head(long step, long revision, List<String> missing) {}

  /** A decision that was seen. */
  record Seen(Step step, long revision, int partition, long nanos) {}

  private final Map<String, Integer> runs = new HashMap<>();
  private final Map<Long, Integer> steps = new HashMap<>();
  private final Consumer<String, byte[]> consumer;
  private final Thread thread = new Thread(this::read, "decision-log");
  private final List<Seen> seen = new ArrayList<>();
  private String failure;
  private volatile boolean closed;

  DecisionLog(String bootstrapServers, Timeline timeline) {
    IntStream.range(0, timeline.runs()).forEach(run -> runs.put(Fleet.name(run), run));
    consumer =
        KafkaClients.reader(
            KafkaSettings.at(bootstrapServers), "isotherm-benchmark-decisions", Map.of());
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topic.LEARNING_RATES.topicName()).stream()
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
          take(each, now);
        }
      }
    } catch (WakeupException e) {
      return;
    } catch (IOException | RuntimeException e) {
      fail(e.toString());
    }
  }

  private void take(ConsumerRecord<String, byte[]> record, long now) throws IOException {
    Head head = READER.readValue(record.value());
    int run = runs.get(record.key());
    int index = steps.computeIfAbsent(head.step(), this::index);
    if (!head.missing().isEmpty()) {
      fail("decision for %s has missing layers".formatted(new Step(run, index)));
    }
    synchronized (this) {
      seen.add(new Seen(new Step(run, index), head.revision(), record.partition(), now));
      notifyAll();
    }
  }

  private int index(long trainedSteps) {
    return (int) (trainedSteps / Fleet.trainedSteps(0)) - 1;
  }

  private synchronized void fail(String reason) {
    failure = reason;
    notifyAll();
  }

  /** What has been seen so far, in the order of its arrival. */
  synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  /**
   * Waits until so many decisions have been seen.
   *
   * @throws BenchmarkException if no decision comes for {@code patience}
   */
  synchronized void await(long count, Duration patience) throws InterruptedException {
    int before = -1;
    while (seen.size() < count) {
      if (failure != null) {
        throw new BenchmarkException("decisions cannot be read: " + failure);
      }
      if (seen.size() == before) {
        throw new BenchmarkException(
            "%d decisions were made and %d are due, and none came for %d s"
                .formatted(before, count, patience.toSeconds()));
      }
      before = seen.size();
      long deadline = System.nanoTime() + patience.toNanos();
      while (seen.size() == before && failure == null && System.nanoTime() < deadline) {
        TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadline - System.nanoTime()));
      }
    }
  }

  /**
   * Checks that each step that is complete has exactly one decision, and that the revisions of each
   * run are 1, 2, 3 and so on in the order of its steps.
   */
  void requireOneForEach(Timeline timeline, int rows) {
    Map<Step, Seen> byStep = new HashMap<>();
    for (Seen each : seen()) {
      if (byStep.put(each.step(), each) != null) {
        throw new BenchmarkException(each.step() + " was decided twice");
      }
      if (each.revision() != each.step().index() + 1) {
        throw new BenchmarkException("%s has revision %d".formatted(each.step(), each.revision()));
      }
    }
    if (byStep.size() != timeline.completed(rows)) {
      throw new BenchmarkException(
          "%d decisions were made and %d are due"
              .formatted(byStep.size(), timeline.completed(rows)));
    }
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
