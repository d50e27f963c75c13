package io.isotherm.testkit;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.JsonCodec;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.kafka.reading.TopicScan;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads all that is on a topic at the moment, with a consumer of its own each time. */
public final class TopicReader {

  private static final String CLIENT_ID = "isotherm-test";

  private final KafkaSettings settings;

  /** A reader of the cluster at {@code bootstrapServers}. */
  public TopicReader(String bootstrapServers) {
    this(KafkaSettings.at(bootstrapServers));
  }

  /** A reader of a cluster. */
  public TopicReader(KafkaSettings settings) {
    this.settings = settings;
  }

  /**
   * The committed records of a topic from its beginning to its present end, partition by partition.
   */
  public List<ConsumerRecord<String, byte[]>> records(Topic topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (TopicScan scan = TopicScan.open(settings, CLIENT_ID)) {
      scan.each(topic, records::add);
    }
    return records;
  }

  /** The messages of a run on a JSON topic. */
  public <T> List<T> messages(JsonCodec<T> codec, String run) {
    List<T> messages = new ArrayList<>();
    try (TopicScan scan = TopicScan.open(settings, CLIENT_ID)) {
      scan.each(codec, run, messages::add);
    }
    return messages;
  }

  /** The chunks of a run's snapshots. */
  public List<SnapshotChunk> chunks(String run) {
    List<SnapshotChunk> chunks = new ArrayList<>();
    for (ConsumerRecord<String, byte[]> record : records(Topic.SNAPSHOTS)) {
      if (record.key() != null && record.key().startsWith(run + "/")) {
        try {
          chunks.add(
              SnapshotCodec.decode(
                  record.key(), KafkaRecords.headers(record.headers()), record.value()));
        } catch (InvalidMessageException e) {
          throw new AssertionError("a record of " + Topic.SNAPSHOTS, e);
        }
      }
    }
    return chunks;
  }
}
