package io.isotherm.spectral.runs;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.settings.SettingSources;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;

/**
 * Reads all of {@code isotherm.runs} from its beginning, and what comes from then on, on a thread
 * of its own and without a consumer group: every process needs all of it.
 */
@ApplicationScoped
public class RunReader {

  private static final Logger LOG = Logger.getLogger(RunReader.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** New partitions are looked for so often. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final long RETRY_SECONDS = 2;

  private final KafkaSettings settings;
  private final KnownRuns runs;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Consumer<String, byte[]> consumer;

  RunReader(@Identifier("default-kafka-broker") Map<String, Object> kafka, KnownRuns runs) {
    this.settings =
        SettingSources.collected(kafka).settings(KafkaSettings.DEFAULT_BOOTSTRAP_SERVERS);
    this.runs = runs;
  }

  void start(@Observes StartupEvent event) {
    Thread thread = new Thread(this::run, "run-reader");
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) {
    stopped.countDown();
    Consumer<String, byte[]> reading = consumer;
    if (reading != null) {
      reading.wakeup();
    }
  }

  private void run() {
    try {
      boolean goesOn = true;
      while (goesOn) {
        readUntilItFails();
        goesOn = !stopped.await(RETRY_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void readUntilItFails() {
    try (Consumer<String, byte[]> reading =
        KafkaClients.reader(settings, "isotherm-spectral-runs", Map.of())) {
      consumer = reading;
      List<TopicPartition> partitions = List.of();
      Map<TopicPartition, Long> ends = Map.of();
      long looked = 0;
      while (stopped.getCount() > 0) {
        if (partitions.isEmpty() || System.nanoTime() - looked > LOOK_NANOS) {
          List<TopicPartition> found = partitions(reading);
          looked = System.nanoTime();
          if (!found.equals(partitions)) {
            partitions = found;
            reading.assign(found);
            reading.seekToBeginning(found);
            ends = reading.endOffsets(found, ANSWER);
          }
        }
        reading.poll(POLL).forEach(this::take);
        if (ends.entrySet().stream()
            .allMatch(end -> reading.position(end.getKey(), ANSWER) >= end.getValue())) {
          runs.allRead();
        }
      }
    } catch (WakeupException e) {
      LOG.debugf("descriptions of runs are not read any more");
    } catch (KafkaException e) {
      LOG.warnf(
          "descriptions of runs are not read, will try again topic=%s reason=\"%s\"",
          Topic.RUNS.topicName(), e.getMessage());
    }
  }

  private static List<TopicPartition> partitions(Consumer<String, byte[]> reading) {
    List<PartitionInfo> known = reading.partitionsFor(Topic.RUNS.topicName(), ANSWER);
    if (known == null || known.isEmpty()) {
      throw new KafkaException("the broker has no such topic; ./isotherm topics creates it");
    }
    return known.stream()
        .map(info -> new TopicPartition(info.topic(), info.partition()))
        .sorted(Comparator.comparingInt(TopicPartition::partition))
        .toList();
  }

  private void take(ConsumerRecord<String, byte[]> record) {
    try {
      if (record.value() != null) {
        runs.add(KafkaRecords.decode(Messages.RUNS, record));
      } else if (record.key() != null) {
        runs.bury(record.key(), RunTombstones.decode(KafkaRecords.headers(record.headers())));
      }
    } catch (InvalidMessageException e) {
      // The scheduler reads the topic as well, and tells the trainer.
      LOG.debugf(
          "description of a run is not read topic=%s partition=%d offset=%d reason=\"%s\"",
          record.topic(), record.partition(), record.offset(), e.getMessage());
    }
  }
}
