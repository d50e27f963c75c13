package io.isotherm.kafka.reading;

import static io.isotherm.kafka.Runs.described;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TopicScanTest {

  private static EmbeddedKafka broker;
  private static KafkaSettings settings;
  private static Producer<String, byte[]> producer;

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedKafka.start();
    settings = KafkaSettings.at(broker.bootstrapServers());
    TopicProvisioner.provision(settings, Duration.ofSeconds(60));
    producer = KafkaClients.producer(settings, "test", Map.of());
  }

  @AfterAll
  static void stopBroker() {
    producer.close();
    broker.close();
  }

  @Test
  void everyRecordOfEveryPartitionIsReadOnce() throws Exception {
    // Given
    for (int partition = 0; partition < 6; partition++) {
      for (int i = 0; i < 100; i++) {
        send(
            new ProducerRecord<>(
                Topic.PROGRESS.topicName(), partition, "k", new byte[] {(byte) i}));
      }
    }

    // When
    List<String> read = new ArrayList<>();
    try (TopicScan scan = TopicScan.open(settings, "test")) {
      scan.each(Topic.PROGRESS, record -> read.add(record.partition() + ":" + record.value()[0]));
    }

    // Then
    assertThat(read).hasSize(600).doesNotHaveDuplicates();
  }

  @Test
  void lateWordOfAFencedTrainerIsNotTheRun() throws Exception {
    // Given
    RunDescription newer = described("fenced", 2);
    describe(described("fenced", 1));
    describe(newer);
    describe(described("fenced", 1).in(RunPhase.RUNNING.fail("closed late")));

    // When
    FoundRun found = find("fenced");

    // Then
    assertThat(found.description()).contains(newer);
  }

  @Test
  void tombstoneBuriesOnlyTheIncarnationThatItNames() throws Exception {
    // Given
    RunDescription newer = described("resumed", 2);
    describe(described("resumed", 1));
    describe(newer);
    send(KafkaRecords.toSend(RunTombstones.encode("resumed", 1)));

    // When
    FoundRun found = find("resumed");

    // Then
    assertThat(found.description()).contains(newer);
  }

  @Test
  void otherRunsAreNamedButForThoseThatAreGone() throws Exception {
    // Given
    describe(described("other", 1));
    describe(described("gone", 1));
    send(new ProducerRecord<>(Topic.RUNS.topicName(), "gone", null));

    // When
    FoundRun found = find("nobody");

    // Then
    assertThat(found.description()).isEmpty();
    assertThat(found.others()).contains("other").doesNotContain("gone");
  }

  @Test
  void recordThatCannotBeReadIsNamed() throws Exception {
    // Given
    send(new ProducerRecord<>(Topic.RUNS.topicName(), "junk", new byte[] {1}));

    // Then
    assertThatThrownBy(() -> find("junk"))
        .isInstanceOf(BrokerException.class)
        .hasMessageMatching("record \\d+ of isotherm\\.runs-\\d cannot be read: .*");
    assertThat(find("other run").description()).isEmpty();
  }

  private static FoundRun find(String run) {
    try (TopicScan scan = TopicScan.open(settings, "test")) {
      return scan.find(run);
    }
  }

  private static void describe(RunDescription description) throws Exception {
    send(KafkaRecords.toSend(Messages.RUNS.encode(description)));
  }

  private static void send(ProducerRecord<String, byte[]> record) throws Exception {
    producer.send(record).get();
  }
}
