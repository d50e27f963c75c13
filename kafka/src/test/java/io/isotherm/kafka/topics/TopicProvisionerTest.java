package io.isotherm.kafka.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.embeddedkafka.FreePorts;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.settings.KafkaSettings;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TopicProvisionerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private EmbeddedKafka broker;
  private KafkaSettings settings;
  private Admin admin;

  @BeforeEach
  void startBroker() {
    broker = EmbeddedKafka.start();
    settings = KafkaSettings.at(broker.bootstrapServers());
    admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  @AfterEach
  void stopBroker() {
    admin.close();
    broker.close();
  }

  @Test
  void everyTopicGetsItsPartitionsAndSettings() throws Exception {
    // When
    List<ProvisionedTopic> topics = TopicProvisioner.provision(settings, PATIENCE);

    // Then
    assertThat(topics)
        .containsExactlyElementsOf(
            List.of(Topic.values()).stream()
                .map(topic -> new ProvisionedTopic(topic, topic.partitions(), true))
                .toList());
    for (Topic topic : Topic.values()) {
      var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.topicName());
      var config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
      topic.config().forEach((key, value) -> assertThat(config.get(key).value()).isEqualTo(value));
    }
  }

  @Test
  void everyPartitionIsServedWhenItSaysSo() throws Exception {
    // Given
    TopicProvisioner.provision(settings, PATIENCE);
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (Topic topic : Topic.values()) {
      for (int i = 0; i < topic.partitions(); i++) {
        ends.put(new TopicPartition(topic.topicName(), i), OffsetSpec.latest());
      }
    }

    // When somebody asks who does not ask twice
    try (Admin impatient =
        Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers(), "retries", 0))) {
      var answers = impatient.listOffsets(ends).all().get();

      // Then
      assertThat(answers.values()).hasSameSizeAs(ends.keySet()).allMatch(end -> end.offset() == 0);
    }
  }

  @Test
  void topicThatWasGrownIsTakenAsItIs() throws Exception {
    // Given
    TopicProvisioner.provision(settings, PATIENCE);
    grow(Topic.SNAPSHOTS, 24);
    grow(Topic.DEAD_LETTERS, 2);

    // When
    List<ProvisionedTopic> topics = TopicProvisioner.provision(settings, PATIENCE);

    // Then
    assertThat(topics)
        .contains(
            new ProvisionedTopic(Topic.SNAPSHOTS, 24, false),
            new ProvisionedTopic(Topic.DEAD_LETTERS, 2, false))
        .noneMatch(ProvisionedTopic::created);
  }

  @Test
  void topicThatIsMissingGetsAsManyPartitionsAsThoseThatItIsJoinedWith() throws Exception {
    // Given
    create(Topic.RUNS, 2);

    // When
    List<ProvisionedTopic> topics = TopicProvisioner.provision(settings, PATIENCE);

    // Then
    assertThat(topics)
        .filteredOn(topic -> Topic.JOINED.contains(topic.topic()))
        .extracting(ProvisionedTopic::partitions)
        .containsOnly(2);
    assertThat(topics).contains(new ProvisionedTopic(Topic.SNAPSHOTS, 12, true));
  }

  @Test
  void joinedTopicsWithDifferentCountsAreRefusedWithWhatToGrow() throws Exception {
    // Given
    TopicProvisioner.provision(settings, PATIENCE);
    grow(Topic.SPECTRA, 8);

    // Then
    assertThatThrownBy(() -> TopicProvisioner.provision(settings, PATIENCE))
        .isInstanceOf(BrokerException.class)
        .hasMessageStartingWith("isotherm.runs (6), ")
        .hasMessageContaining("isotherm.spectra (8)")
        .hasMessageContaining("must have equally many partitions: stop the scheduler and grow ")
        .hasMessageContaining("isotherm.runs and ")
        .hasMessageContaining(" to 8 ")
        .hasMessageNotContaining("delete")
        .hasMessageNotContaining("\n");
  }

  @Test
  void brokerThatIsNotThereIsNamedInOneLine() throws Exception {
    int nobody;
    try (ServerSocket free = FreePorts.hold()) {
      nobody = free.getLocalPort();
    }

    assertThatThrownBy(
            () ->
                TopicProvisioner.provision(
                    KafkaSettings.at("127.0.0.1:" + nobody), Duration.ofSeconds(2)))
        .isInstanceOf(BrokerException.class)
        .hasMessageStartingWith("no Kafka broker at 127.0.0.1:" + nobody + " answered within 2 s")
        .hasMessageNotContaining("\n");
  }

  private void create(Topic topic, int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic.topicName(), partitions, (short) 1))).all().get();
  }

  private void grow(Topic topic, int partitions) throws Exception {
    admin
        .createPartitions(Map.of(topic.topicName(), NewPartitions.increaseTo(partitions)))
        .all()
        .get();
    // The broker answers before it shows them.
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                admin
                        .describeTopics(List.of(topic.topicName()))
                        .topicNameValues()
                        .get(topic.topicName())
                        .get()
                        .partitions()
                        .size()
                    == partitions);
  }
}
