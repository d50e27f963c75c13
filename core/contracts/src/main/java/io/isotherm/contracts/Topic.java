package io.isotherm.contracts;

import static io.isotherm.contracts.Topic.Cleanup.COMPACT;
import static io.isotherm.contracts.Topic.Cleanup.DELETE;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The topics of Isotherm, with what a broker must be told to create them.
 *
 * <p>The topics in {@link #JOINED} must have equally many partitions; how many, and how many any
 * other topic has, may differ from cluster to cluster. A chunk of {@link #SNAPSHOTS} stays below
 * one megabyte; topics whose messages name all layers of a run have a limit of their own.
 */
public enum Topic {
  /** Key: run. What is being trained, and whether it still is. */
  RUNS("isotherm.runs", 6, COMPACT, null, null),
  /** Key: run. Loss, accuracy, rates in force, stall. */
  PROGRESS("isotherm.progress", 6, DELETE, Duration.ofDays(7), null),
  /** Key: run/layer. One chunk of one layer's weights at one step. */
  SNAPSHOTS("isotherm.snapshots", 12, DELETE, Duration.ofHours(1), 1L << 30),
  /** Key: run. What became of one layer at one step. */
  SPECTRA("isotherm.spectra", 6, DELETE, Duration.ofDays(7), null),
  /** Key: run. The factors and learning rates of all layers of a run. */
  LEARNING_RATES("isotherm.learning-rates", 6, DELETE, Duration.ofDays(7), null),
  /** Key: run. What the shadow policies of a run would have decided; no trainer reads it. */
  SHADOW_DECISIONS("isotherm.shadow-decisions", 6, DELETE, Duration.ofDays(7), null),
  /** Key: run. What people have told the scheduler to do with a run. */
  CONTROLS("isotherm.controls", 6, DELETE, Duration.ofDays(30), null),
  /** Key: run. What a service could not use of a run, for its trainer to see. */
  REFUSALS("isotherm.refusals", 6, DELETE, Duration.ofDays(7), null),
  /** Key, value and headers as they came, with the reason of the refusal. */
  DEAD_LETTERS("isotherm.dead-letters", 1, DELETE, Duration.ofDays(7), 1L << 28);

  /**
   * Largest message: a decision for as many layers as a run may have, each with a norm layer and a
   * name of ordinary length, stays below it without any compression. Kafka's own limit is one
   * megabyte.
   */
  public static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  /**
   * The topics that the scheduler reads together: all records of a run must have the same partition
   * number on each of them.
   */
  public static final List<Topic> JOINED = List.of(RUNS, PROGRESS, SPECTRA, CONTROLS);

  /** What Kafka does with old records. */
  public enum Cleanup {
    /** Keeps the newest record of each key. */
    COMPACT,
    /** Drops whole segments by age or size. */
    DELETE
  }

  private final String topicName;
  private final int partitions;
  private final Cleanup cleanup;
  private final Duration retention;
  private final Long retentionBytesPerPartition;

  Topic(
      String topicName,
      int partitions,
      Cleanup cleanup,
      Duration retention,
      Long retentionBytesPerPartition) {
    this.topicName = topicName;
    this.partitions = partitions;
    this.cleanup = cleanup;
    this.retention = retention;
    this.retentionBytesPerPartition = retentionBytesPerPartition;
  }

  /** The name on the broker, for example {@code isotherm.runs}. */
  public String topicName() {
    return topicName;
  }

  /** How many partitions the topic is created with; it may have been given more since. */
  public int partitions() {
    return partitions;
  }

  /** What Kafka does with old records. */
  public Cleanup cleanup() {
    return cleanup;
  }

  /** Bytes that a partition keeps at most; empty for no bound. */
  public OptionalLong retentionBytesPerPartition() {
    return retentionBytesPerPartition == null
        ? OptionalLong.empty()
        : OptionalLong.of(retentionBytesPerPartition);
  }

  /** The topic's settings under Kafka's own names, for example {@code cleanup.policy}. */
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>();
    config.put("cleanup.policy", cleanup.name().toLowerCase(Locale.ROOT));
    if (retention != null) {
      config.put("retention.ms", Long.toString(retention.toMillis()));
    }
    if (retentionBytesPerPartition != null) {
      config.put("retention.bytes", Long.toString(retentionBytesPerPartition));
    }
    if (namesAllLayers()) {
      config.put("max.message.bytes", Integer.toString(MAX_MESSAGE_BYTES));
    }
    return Collections.unmodifiableMap(config);
  }

  /** Whether one message is about all layers of a run, of which there may be very many. */
  private boolean namesAllLayers() {
    return this == RUNS || this == LEARNING_RATES || this == SHADOW_DECISIONS;
  }
}
