package io.isotherm.client;

import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.kafka.records.KafkaRecords;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the services have told this incarnation that they cannot use, each sentence warned of once.
 * The receiver's thread writes, any may read.
 */
final class ToldRefusals {

  private static final Logger LOG = LoggerFactory.getLogger(ToldRefusals.class);

  /** Sentences that are warned of; whoever has so many has read the first ones. */
  private static final int MOST = 100;

  private final String run;
  private final long incarnation;
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final Set<String> sentences = new HashSet<>();
  private volatile List<Refusal> all = List.of();

  ToldRefusals(String run, long incarnation) {
    this.run = run;
    this.incarnation = incarnation;
  }

  /** Oldest first, at most {@value #MOST}. */
  List<Refusal> all() {
    return all;
  }

  /** Notes where partitions ended when they were first looked at: what lies before may be old. */
  void firstEnds(Map<TopicPartition, Long> found) {
    found.forEach(ends::putIfAbsent);
  }

  /** Takes a record whose key is the run. */
  void take(ConsumerRecord<String, byte[]> record) {
    try {
      Refusal refusal = KafkaRecords.decode(Messages.REFUSALS, record);
      if (isForThis(refusal, record) && all.size() < MOST && sentences.add(refusal.reason())) {
        List<Refusal> more = new ArrayList<>(all);
        more.add(refusal);
        all = List.copyOf(more);
        warn(refusal);
      }
    } catch (InvalidMessageException e) {
      LOG.debug("refusal not understood run={} reason=\"{}\"", run, e.getMessage());
    }
  }

  /** One that names no incarnation may have been told to an earlier one, if it was here before. */
  private boolean isForThis(Refusal refusal, ConsumerRecord<String, byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    return refusal.incarnation().isPresent()
        ? refusal.incarnation().getAsLong() == incarnation
        : record.offset() >= ends.getOrDefault(partition, 0L);
  }

  private void warn(Refusal refusal) {
    LOG.warn(
        "a service cannot use what this run sends, training goes on run={} incarnation={}{}{}"
            + " reason=\"{}\"",
        run,
        incarnation,
        refusal.layer().map(layer -> " layer=" + layer).orElse(""),
        refusal.step().isPresent() ? " step=" + refusal.step().getAsLong() : "",
        refusal.reason());
  }
}
