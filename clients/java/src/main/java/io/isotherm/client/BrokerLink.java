package io.isotherm.client;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.kafka.records.KafkaRecords;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer of a run, created when it is first needed and again after an error that it might not
 * get over. After a failure nothing is sent until a pause has passed and the broker has answered,
 * so that snapshots wait in the queue, where newer ones take their place, and not in the producer.
 * For the publisher's thread; only {@link Results} is told by the producer's.
 */
final class BrokerLink {

  private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);

  private final String run;
  private final RunKafka kafka;
  private final Runnable wake;
  private final Backoff creating = Backoff.forCreating();
  private final Backoff reaching = Backoff.forReaching();
  private final QuietLog trouble = new QuietLog(LOG);
  private final Results results = new Results();
  private Producer<String, byte[]> producer;
  private boolean connected;
  private long retryAt = System.nanoTime();

  /**
   * Creates nothing yet.
   *
   * @param wake called when a record's fate is known
   */
  BrokerLink(String run, RunKafka kafka, Runnable wake) {
    this.run = run;
    this.kafka = kafka;
    this.wake = wake;
  }

  /** What the producer's thread found out since the publisher last looked. */
  private static final class Results {
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private volatile boolean success;
  }

  /** Whether records can be sent now; if not, {@link #nanosToRetry()} says when to ask again. */
  boolean ready() {
    noteResults();
    if (!connected && nanosToRetry() == 0) {
      connect();
    }
    return connected;
  }

  /** Nanoseconds until the next attempt to reach the broker; 0 if it may be made now. */
  long nanosToRetry() {
    return Math.max(0, retryAt - System.nanoTime());
  }

  /**
   * Hands a record to the producer.
   *
   * @param done called exactly once, with what went wrong or null, on this thread or the producer's
   */
  void send(WireRecord wire, Consumer<Exception> done) {
    Completion completion = new Completion(done);
    try {
      // The callback tells all; the future would tell it again.
      var unused =
          producer.send(
              KafkaRecords.toSend(wire), (metadata, failure) -> completion.complete(failure));
    } catch (RuntimeException e) {
      completion.complete(e);
      if (e instanceof InterruptException) {
        throw e;
      }
    }
  }

  /** Gives up what is still on its way after {@code timeout}. */
  void close(Duration timeout) {
    if (producer != null) {
      try {
        producer.close(timeout);
      } catch (KafkaException e) {
        trouble.warn(
            "producer not closed run=%s reason=\"%s\"".formatted(run, OneLine.of(e.toString())));
      }
      producer = null;
      connected = false;
    }
  }

  private void connect() {
    try {
      if (producer == null) {
        producer = kafka.producer();
      }
      // Waits at most max.block.ms for the broker's answer.
      producer.partitionsFor(Topic.SNAPSHOTS.topicName());
      connected = true;
      LOG.debug("broker answers run={}", run);
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      lose(e);
    }
  }

  private void noteResults() {
    if (results.success) {
      results.success = false;
      creating.reset();
      reaching.reset();
    }
    Exception failure = results.failure.getAndSet(null);
    if (failure != null) {
      lose(failure);
    }
  }

  private void lose(Exception failure) {
    trouble.warn(
        "broker takes no records, training goes on and snapshots are dropped until it does run=%s reason=\"%s\""
            .formatted(run, kafka.problem(failure)));
    connected = false;
    if (producer != null && !(failure instanceof TimeoutException)) {
      close(Duration.ZERO);
      // The records that were on their way with it have failed for no reason of their own.
      results.failure.set(null);
    }
    Backoff backoff = producer == null ? creating : reaching;
    retryAt = System.nanoTime() + backoff.nextNanos();
  }

  /** Tells one record's fate once, whichever of the producer's ways of telling it comes first. */
  private final class Completion {
    private final AtomicReference<Consumer<Exception>> done;

    Completion(Consumer<Exception> done) {
      this.done = new AtomicReference<>(done);
    }

    void complete(Exception failure) {
      Consumer<Exception> listener = done.getAndSet(null);
      if (listener == null) {
        return;
      }
      if (failure == null) {
        results.success = true;
      } else {
        results.failure.set(failure);
      }
      listener.accept(failure);
      wake.run();
    }
  }
}
