package io.isotherm.monitor.feed;

import io.isotherm.checks.OneLine;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.monitor.view.Disposition;
import io.isotherm.monitor.view.MonitoredRuns;
import io.isotherm.monitor.view.RecordOrigin;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Hands one record after the other to the runs, and counts what became of each. */
final class RecordDispatcher {

  /** The topics that the monitor reads, the descriptions of runs last. */
  static final List<Topic> TOPICS =
      List.of(
          Topic.PROGRESS,
          Topic.SPECTRA,
          Topic.LEARNING_RATES,
          Topic.SHADOW_DECISIONS,
          Topic.REFUSALS,
          Topic.RUNS);

  private static final Map<String, Topic> TOPICS_BY_NAME =
      TOPICS.stream().collect(Collectors.toMap(Topic::topicName, Function.identity()));

  private static final Logger LOG = Logger.getLogger(RecordDispatcher.class);

  /** Kinds of unreadable record that are logged; whoever floods a topic does not flood the log. */
  private static final int MAX_LOGGED_KINDS = 100;

  private final MonitoredRuns runs;
  private final InstantSource clock;
  private final Map<Disposition, Counter> received = new EnumMap<>(Disposition.class);
  private final Map<Topic, Counter> unreadable = new EnumMap<>(Topic.class);
  private final Set<String> loggedKinds = new HashSet<>();

  RecordDispatcher(MonitoredRuns runs, InstantSource clock, MeterRegistry metrics) {
    this.runs = runs;
    this.clock = clock;
    for (Disposition disposition : Disposition.values()) {
      received.put(
          disposition,
          Counter.builder("isotherm.monitor.records")
              .description("Records read, by what became of them")
              .tag("reception", disposition.name().toLowerCase(Locale.ROOT))
              .register(metrics));
    }
    for (Topic topic : TOPICS) {
      unreadable.put(
          topic,
          Counter.builder("isotherm.monitor.unreadable.records")
              .description("Records that are not what their topic carries")
              .tag("topic", topic.topicName())
              .register(metrics));
    }
  }

  /** Takes a record that was written after the start. */
  void live(ConsumerRecord<String, byte[]> record) {
    read(record, false);
  }

  /** Takes a record from near the end of its partition, written before the start. */
  void tail(ConsumerRecord<String, byte[]> record) {
    readOld(record, false);
  }

  /** Takes a record that is older than those that were taken of its partition. */
  void history(ConsumerRecord<String, byte[]> record) {
    readOld(record, true);
  }

  long count(Disposition disposition) {
    return (long) received.get(disposition).count();
  }

  Map<String, Long> unreadable() {
    Map<String, Long> counts = new TreeMap<>();
    unreadable.forEach((topic, counter) -> counts.put(topic.topicName(), (long) counter.count()));
    return counts;
  }

  /** A run without a description by now was deleted or forgotten: its past is not its return. */
  private void readOld(ConsumerRecord<String, byte[]> record, boolean history) {
    boolean describes = record.topic().equals(Topic.RUNS.topicName());
    if (describes || record.key() == null || runs.knows(record.key())) {
      read(record, history);
    } else {
      received.get(Disposition.IGNORED).increment();
    }
  }

  /** Never throws because of what is in the record. */
  private void read(ConsumerRecord<String, byte[]> record, boolean history) {
    RecordOrigin origin = new RecordOrigin(writtenAt(record), record.offset(), history);
    try {
      received.get(dispatch(record, origin)).increment();
    } catch (InvalidMessageException e) {
      refuse(record, e.getMessage());
    } catch (RuntimeException e) {
      // A message that the codec lets through and the view stumbles over must not end the feed.
      refuse(record, e.toString());
    }
  }

  private Disposition dispatch(ConsumerRecord<String, byte[]> record, RecordOrigin origin)
      throws InvalidMessageException {
    return switch (TOPICS_BY_NAME.get(record.topic())) {
      case RUNS ->
          record.value() == null && record.key() != null
              ? runs.forget(
                  record.key(), RunTombstones.decode(KafkaRecords.headers(record.headers())))
              : runs.describe(KafkaRecords.decode(Messages.RUNS, record), origin);
      case PROGRESS -> runs.progress(KafkaRecords.decode(Messages.PROGRESS, record), origin);
      case SPECTRA -> runs.answered(KafkaRecords.decode(Messages.SPECTRA, record), origin);
      case LEARNING_RATES ->
          runs.decided(KafkaRecords.decode(Messages.LEARNING_RATES, record), origin);
      case SHADOW_DECISIONS ->
          runs.shadowed(KafkaRecords.decode(Messages.SHADOW_DECISIONS, record), origin);
      case REFUSALS -> runs.refused(KafkaRecords.decode(Messages.REFUSALS, record), origin);
      default -> throw new InvalidMessageException("the monitor does not read this topic");
    };
  }

  /** The record's own time, which may come from a clock that is ahead. */
  private Instant writtenAt(ConsumerRecord<String, byte[]> record) {
    Instant now = clock.instant();
    Instant written = Instant.ofEpochMilli(Math.max(0, record.timestamp()));
    return written.isAfter(now) ? now : written;
  }

  private void refuse(ConsumerRecord<String, byte[]> record, String reason) {
    unreadable.get(TOPICS_BY_NAME.get(record.topic())).increment();
    String kind =
        record.topic() + " " + reason.replaceAll("'[^']*'", "'...'").replaceAll("\\d+", "#");
    if (loggedKinds.size() < MAX_LOGGED_KINDS && loggedKinds.add(kind)) {
      LOG.warnf(
          "record passed over, others of its kind are only counted topic=%s partition=%d"
              + " offset=%d reason=\"%s\"",
          record.topic(), record.partition(), record.offset(), OneLine.of(reason));
    }
  }
}
