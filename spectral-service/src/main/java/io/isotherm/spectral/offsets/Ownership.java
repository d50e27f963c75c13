package io.isotherm.spectral.offsets;

import io.isotherm.contracts.snapshot.SnapshotId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The partitions of {@code isotherm.snapshots} that are this process's, and what is committed of
 * them. All methods but {@link #of} and {@link #close} belong to the thread that polls.
 */
public final class Ownership implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(Ownership.class);

  /** For one answer of a broker. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** While records are waiting to be polled. */
  private static final Duration SHORT_PATIENCE = Duration.ofSeconds(1);

  private static final long RETRY_MILLIS = 1000;

  private final Map<TopicPartition, OwnedPartition> partitions = new ConcurrentHashMap<>();
  private AnswerLog answerLog;
  private volatile boolean closed;

  /** The partition, if it is this process's. */
  public Optional<OwnedPartition> of(TopicPartition partition) {
    return Optional.ofNullable(partitions.get(partition));
  }

  /**
   * Takes partitions over: learns what the process before has answered. Without that nothing may be
   * answered, so this waits for the broker as long as it takes.
   *
   * @param settings of the consumer, with which {@code isotherm.spectra} can be read
   */
  public void take(
      Consumer<?, ?> consumer, Collection<TopicPartition> assigned, Map<String, ?> settings) {
    while (!assigned.isEmpty() && !closed) {
      try {
        takeOnce(consumer, assigned, settings);
        return;
      } catch (KafkaException e) {
        LOG.warnf(
            "partitions not taken over yet, will try again topic=%s reason=\"%s\"",
            assigned.iterator().next().topic(), e.getMessage());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private void takeOnce(
      Consumer<?, ?> consumer, Collection<TopicPartition> assigned, Map<String, ?> settings) {
    if (answerLog == null) {
      answerLog = new AnswerLog(settings);
    }
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.committed(Set.copyOf(assigned), PATIENCE);
    AnswerPositions now = answerLog.ends(PATIENCE);
    Map<TopicPartition, Takeover> takeovers = new HashMap<>();
    for (TopicPartition partition : assigned) {
      OffsetAndMetadata offset = committed.get(partition);
      takeovers.put(
          partition,
          offset == null
              ? uncommitted(partition, consumer.position(partition, PATIENCE), now)
              : takeover(partition, offset, now));
    }
    takeovers.forEach(
        (partition, takeover) -> {
          partitions.put(partition, new OwnedPartition(partition.partition(), takeover));
          LOG.infof(
              "partition taken over topic=%s partition=%d offset=%d count=%d",
              partition.topic(),
              partition.partition(),
              takeover.offset(),
              takeover.answered().size());
        });
  }

  private Takeover takeover(
      TopicPartition partition, OffsetAndMetadata committed, AnswerPositions now) {
    // Offsets without a position are those of a version whose outcomes cannot be told apart.
    AnswerPositions from = AnswerPositions.decode(committed.metadata()).orElse(now);
    Map<SnapshotId, Long> answered =
        answerLog.answered(partition.partition(), committed.offset(), from, now, PATIENCE);
    return new Takeover(committed.offset(), true, answered, from, now);
  }

  /** An owner may have been killed after its first outcomes and before its first commit. */
  private Takeover uncommitted(TopicPartition partition, long begin, AnswerPositions now) {
    AnswerPositions from = AnswerPositions.BEGINNING;
    return new Takeover(
        begin,
        false,
        answerLog.answered(partition.partition(), begin, from, now, PATIENCE),
        from,
        now);
  }

  /** Nothing may be published about these partitions from now on; see {@link #forget}. */
  public void lose(Collection<TopicPartition> lost) {
    owned(lost).forEach(OwnedPartition::lose);
  }

  /** Commits, for the next owner, what was answered, and forgets the partitions. */
  public void forget(Consumer<?, ?> consumer, Collection<TopicPartition> lost) {
    Map<TopicPartition, OffsetAndMetadata> due = due(lost);
    try {
      if (!due.isEmpty()) {
        consumer.commitSync(due, PATIENCE);
      }
    } catch (KafkaException e) {
      // The next owner finds the outcomes on isotherm.spectra and does the rest again.
      LOG.warnf("offsets not committed reason=\"%s\"", e.getMessage());
    }
    lost.forEach(partitions::remove);
    if (partitions.isEmpty() && answerLog != null) {
      answerLog.close();
      answerLog = null;
    }
  }

  /** Commits what was answered; to be called now and then. */
  public void commit(Consumer<?, ?> consumer) {
    Map<TopicPartition, OffsetAndMetadata> due = due(partitions.keySet());
    if (!due.isEmpty()) {
      consumer.commitAsync(due, (offsets, e) -> committed(offsets, e));
    }
    if (owned(partitions.keySet()).stream().anyMatch(OwnedPartition::hasNewRecords)) {
      try {
        AnswerPositions now = answerLog.ends(SHORT_PATIENCE);
        partitions.values().forEach(partition -> partition.answersHaveReached(now));
      } catch (KafkaException e) {
        // Whoever comes next has a little more to read.
        LOG.debugf("end of outcomes not known reason=\"%s\"", e.getMessage());
      }
    }
  }

  private void committed(Map<TopicPartition, OffsetAndMetadata> offsets, Exception failure) {
    if (failure == null) {
      offsets.forEach(
          (partition, offset) ->
              of(partition).ifPresent(owned -> owned.committed(offset.offset())));
    } else {
      LOG.warnf("offsets not committed, will try again reason=\"%s\"", failure.getMessage());
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> due(Collection<TopicPartition> wanted) {
    Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
    for (TopicPartition partition : wanted) {
      of(partition)
          .flatMap(OwnedPartition::committable)
          .ifPresent(
              offset ->
                  due.put(
                      partition,
                      new OffsetAndMetadata(offset.offset(), offset.answersFrom().encode())));
    }
    return due;
  }

  private List<OwnedPartition> owned(Collection<TopicPartition> wanted) {
    return wanted.stream().map(partitions::get).filter(Objects::nonNull).toList();
  }

  /** Stops waiting for a broker. */
  @Override
  public void close() {
    closed = true;
  }
}
