package io.isotherm.monitor.feed;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.monitor.view.Reception;
import io.isotherm.monitor.view.RunBoard;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Puts one record after the other on the board, and counts what became of each. */
final class RecordReader {

  /** The topics that the monitor reads. */
  static final List<Topic> TOPICS =
      List.of(
          Topic.RUNS, Topic.PROGRESS, Topic.SPECTRA, Topic.LEARNING_RATES, Topic.SHADOW_DECISIONS);

  private static final Logger LOG = Logger.getLogger(RecordReader.class);

  /** Kinds of unreadable record that are logged; whoever floods a topic does not flood the log. */
  private static final int MAX_LOGGED_KINDS = 100;

  private final RunBoard board;
  private final InstantSource clock;
  private final Map<Reception, Counter> received = new EnumMap<>(Reception.class);
  private final Map<Topic, Counter> unreadable = new EnumMap<>(Topic.class);
  private final Set<String> loggedKinds = new HashSet<>();

  RecordReader(RunBoard board, InstantSource clock, MeterRegistry metrics) {
    this.board = board;
    this.clock = clock;
    for (Reception reception : Reception.values()) {
      received.put(
          reception,
          Counter.builder("isotherm.monitor.records")
              .description("Records read, by what became of them")
              .tag("reception", reception.name().toLowerCase(Locale.ROOT))
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

  /** Reads one record of {@code topic}; never throws because of what is in it. */
  void read(Topic topic, ConsumerRecord<String, byte[]> record) {
    try {
      received.get(decode(topic, record)).increment();
    } catch (InvalidMessageException e) {
      refuse(topic, record, e.getMessage());
    } catch (RuntimeException e) {
      // A message that the codec lets through and the view stumbles over must not end the feed.
      refuse(topic, record, e.toString());
    }
  }

  long count(Reception reception) {
    return (long) received.get(reception).count();
  }

  Map<String, Long> unreadable() {
    Map<String, Long> counts = new TreeMap<>();
    unreadable.forEach((topic, counter) -> counts.put(topic.topicName(), (long) counter.count()));
    return counts;
  }

  private Reception decode(Topic topic, ConsumerRecord<String, byte[]> record)
      throws InvalidMessageException {
    HeaderSource headers =
        sink -> record.headers().forEach(header -> sink.accept(header.key(), header.value()));
    Instant at = writtenAt(record);
    return switch (topic) {
      case RUNS ->
          record.value() == null && record.key() != null
              ? board.forget(record.key())
              : board.describe(Messages.RUNS.decode(record.key(), headers, record.value()), at);
      case PROGRESS ->
          board.progress(Messages.PROGRESS.decode(record.key(), headers, record.value()), at);
      case SPECTRA ->
          board.answered(Messages.SPECTRA.decode(record.key(), headers, record.value()), at);
      case LEARNING_RATES ->
          board.decided(Messages.LEARNING_RATES.decode(record.key(), headers, record.value()), at);
      case SHADOW_DECISIONS ->
          board.shadowed(
              Messages.SHADOW_DECISIONS.decode(record.key(), headers, record.value()), at);
      default -> throw new InvalidMessageException("the monitor does not read this topic");
    };
  }

  /** The record's own time, which may come from a clock that is ahead. */
  private Instant writtenAt(ConsumerRecord<String, byte[]> record) {
    Instant now = clock.instant();
    Instant written = Instant.ofEpochMilli(Math.max(0, record.timestamp()));
    return written.isAfter(now) ? now : written;
  }

  private void refuse(Topic topic, ConsumerRecord<String, byte[]> record, String reason) {
    unreadable.get(topic).increment();
    String kind = topic + " " + reason.replaceAll("'[^']*'", "'...'").replaceAll("\\d+", "#");
    if (loggedKinds.size() < MAX_LOGGED_KINDS && loggedKinds.add(kind)) {
      LOG.warnf(
          "record passed over, others of its kind are only counted topic=%s partition=%d"
              + " offset=%d reason=\"%s\"",
          record.topic(), record.partition(), record.offset(), oneLine(reason));
    }
  }

  private static String oneLine(String text) {
    String cut = text.length() > 300 ? text.substring(0, 300) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
