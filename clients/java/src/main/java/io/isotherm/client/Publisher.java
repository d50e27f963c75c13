package io.isotherm.client;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.snapshot.SnapshotChunker;
import io.isotherm.methods.estimator.EstimatorSpec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a run that sends: first the run's description, then its progress, then
 * snapshots, oldest first. The training thread reaches it only through lock-free structures and
 * {@link #wake()}.
 */
final class Publisher implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  /**
   * Snapshots wait in the queue, where newer ones replace them, while the producer has so much that
   * the broker has not acknowledged: half of its buffer.
   */
  private static final long MAX_BYTES_ON_THEIR_WAY = 16L << 20;

  private static final long IDLE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration LAST_WORD = Duration.ofMillis(500);

  private final String run;
  private final Optional<EstimatorSpec> estimator;
  private final Mailbox<RunDescription> descriptions;
  private final Mailbox<Progress> progress;
  private final SnapshotQueue queue;
  private final SnapshotPool pool;
  private final SnapshotCounts counts;
  private final BrokerLink link;
  private final AtomicLong bytesOnTheirWay = new AtomicLong();
  private final QuietLog trouble = new QuietLog(LOG);
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean abandoned;

  Publisher(
      RunDescription description,
      Mailbox<RunDescription> descriptions,
      Mailbox<Progress> progress,
      SnapshotQueue queue,
      SnapshotPool pool,
      SnapshotCounts counts,
      RunKafka kafka) {
    this.run = description.run();
    this.estimator = Optional.of(description.estimator());
    this.descriptions = descriptions;
    this.progress = progress;
    this.queue = queue;
    this.pool = pool;
    this.counts = counts;
    this.link = new BrokerLink(run, kafka, this::wake);
    this.thread = new Thread(this, "isotherm-publisher-" + run);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Something new waits. Never blocks. */
  void wake() {
    LockSupport.unpark(thread);
  }

  /**
   * Sends what waits, as far as that is possible in {@code timeout}, and ends. Nothing may be put
   * in any more.
   */
  void close(Duration timeout) {
    closing = true;
    wake();
    if (!join(timeout)) {
      abandoned = true;
      thread.interrupt();
      join(LAST_WORD.multipliedBy(2));
    }
  }

  @Override
  public void run() {
    try {
      while (!abandoned && !(closing && allDone())) {
        turn();
      }
    } catch (InterruptException e) {
      LOG.debug("publisher told to stop run={}", run);
    } finally {
      // What is given up here is counted by close's caller as lost.
      boolean interrupted = Thread.interrupted();
      link.close(interrupted || abandoned ? Duration.ZERO : LAST_WORD);
      for (var left = queue.poll(); left.isPresent(); left = queue.poll()) {
        counts.drop();
        pool.release(left.get().weights());
      }
    }
  }

  private void turn() {
    try {
      if (!link.ready()) {
        LockSupport.parkNanos(this, Math.max(1, link.nanosToRetry()));
      } else if (!sendOne()) {
        LockSupport.parkNanos(this, IDLE_NANOS);
      }
    } catch (InterruptException e) {
      throw e;
    } catch (RuntimeException e) {
      trouble.warn(
          "message not sent run=%s reason=\"%s\"".formatted(run, OneLine.of(e.toString())));
    }
  }

  private boolean sendOne() {
    return send(descriptions, Messages.RUNS::encode)
        || send(progress, Messages.PROGRESS::encode)
        || sendSnapshot();
  }

  private <T> boolean send(Mailbox<T> mailbox, Function<T, WireRecord> encode) {
    Optional<T> message = mailbox.take();
    if (message.isEmpty()) {
      return false;
    }
    WireRecord record;
    try {
      record = encode.apply(message.get());
    } catch (RuntimeException e) {
      mailbox.delivered();
      throw e;
    }
    link.send(
        record,
        failure -> {
          if (failure == null) {
            mailbox.delivered();
          } else if (failure instanceof RecordTooLargeException) {
            trouble.warn(
                "message given up run=%s topic=%s reason=\"%s\""
                    .formatted(run, record.topic().topicName(), OneLine.of(failure.getMessage())));
            mailbox.delivered();
          } else {
            mailbox.failed();
          }
        });
    return true;
  }

  private boolean sendSnapshot() {
    if (bytesOnTheirWay.get() >= MAX_BYTES_ON_THEIR_WAY) {
      return false;
    }
    Optional<PendingSnapshot> oldest = queue.poll();
    oldest.ifPresent(this::publish);
    return oldest.isPresent();
  }

  private void publish(PendingSnapshot snapshot) {
    SnapshotDelivery delivery = new SnapshotDelivery(counts, bytesOnTheirWay);
    try {
      SnapshotChunker.chunk(
          snapshot.id(),
          estimator,
          snapshot.document(),
          chunk -> {
            if (!delivery.failed()) {
              WireRecord record =
                  SnapshotCodec.encode(chunk)
                      .withHeader(WireRecord.TRACEPARENT, snapshot.traceparent());
              link.send(record, delivery.chunk(chunk.payload().length));
            }
          });
    } catch (RuntimeException e) {
      delivery.fail();
      throw e;
    } finally {
      delivery.handedOver();
      // The producer has its own copy of every chunk.
      pool.release(snapshot.weights());
    }
  }

  private boolean allDone() {
    return descriptions.isEmpty()
        && progress.isEmpty()
        && queue.isEmpty()
        && bytesOnTheirWay.get() == 0;
  }

  /** Waits even on an interrupted thread, which may be how training was stopped; its flag stays. */
  private boolean join(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    boolean interrupted = false;
    for (long left = timeout.toNanos();
        left > 0 && thread.isAlive();
        left = end - System.nanoTime()) {
      try {
        thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
