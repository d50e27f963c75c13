package io.isotherm.benchmarks.scheduler;

import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Writes descriptions and outcomes, and remembers when each step's last outcome was written. For
 * use by one thread.
 */
final class Feeder implements AutoCloseable {

  private static final int TRANSACTION_MILLIS = 900_000;

  private final Timeline timeline;
  private final Fleet fleet;
  private final Producer<String, byte[]> live;
  private final Producer<String, byte[]> hidden;
  private final AtomicReference<Exception> failure = new AtomicReference<>();
  private final Map<Step, Long> lastOutcomeNanos = new HashMap<>();
  private int rows;

  Feeder(String bootstrapServers, Timeline timeline) {
    this.timeline = timeline;
    this.fleet = new Fleet(timeline);
    this.live = producer(bootstrapServers, Map.of());
    this.hidden =
        producer(
            bootstrapServers,
            Map.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "isotherm-benchmark",
                ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                TRANSACTION_MILLIS,
                ProducerConfig.LINGER_MS_CONFIG,
                20));
    hidden.initTransactions();
  }

  private static Producer<String, byte[]> producer(
      String bootstrapServers, Map<String, Object> more) {
    return KafkaClients.producer(KafkaSettings.at(bootstrapServers), "isotherm-benchmark", more);
  }

  /** How many rows of the timeline have been written. */
  int rows() {
    return rows;
  }

  /** When the last outcome of a complete step was written, by {@link System#nanoTime}. */
  long lastOutcomeNanos(Step step) {
    return lastOutcomeNanos.get(step);
  }

  void describe() {
    for (int run = 0; run < timeline.runs(); run++) {
      send(live, fleet.description(run));
    }
    live.flush();
    requireSent();
  }

  /**
   * Writes rows into one transaction, so that the scheduler sees none of them before it sees all:
   * it then has the machine for itself, the broker aside.
   *
   * @return when they could be seen, by {@link System#nanoTime}
   */
  long reveal(int howMany) {
    hidden.beginTransaction();
    for (int row = 0; row < howMany; row++) {
      for (int run = 0; run < timeline.runs(); run++) {
        write(hidden, run, rows);
      }
      rows++;
    }
    hidden.flush();
    requireSent();
    long seen = System.nanoTime();
    hidden.commitTransaction();
    return seen;
  }

  /** Writes rows at an even pace, each outcome visible at once. */
  void pace(int howMany, double outcomesPerSecond) {
    long begin = System.nanoTime();
    long written = 0;
    for (int row = 0; row < howMany; row++) {
      for (int run = 0; run < timeline.runs(); run++) {
        long due = begin + (long) (1e9 * written++ / outcomesPerSecond);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
          LockSupport.parkNanos(wait);
        }
        write(live, run, rows);
      }
      rows++;
    }
    requireSent();
  }

  private void write(Producer<String, byte[]> producer, int run, int row) {
    int position = timeline.position(run, row);
    if (position < 0) {
      return;
    }
    WireRecord outcome = fleet.outcome(run, position);
    if (timeline.completes(position)) {
      lastOutcomeNanos.put(new Step(run, timeline.step(position)), System.nanoTime());
    }
    send(producer, outcome);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The callback is told of every failure.
  private void send(Producer<String, byte[]> producer, WireRecord message) {
    producer.send(
        KafkaRecords.toSend(message),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
  }

  private void requireSent() {
    Exception e = failure.get();
    if (e != null) {
      throw new IllegalStateException("a message could not be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    live.close();
    hidden.close();
  }
}
