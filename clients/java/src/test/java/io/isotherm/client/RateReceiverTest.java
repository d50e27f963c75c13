package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.embeddedkafka.BrokerOptions;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class RateReceiverTest {

  private static final Duration LONG = Duration.ofMinutes(2);

  private static final Map<String, Double> FACTORS = TestRuns.factors(0.5, 1.5);

  /** Of the pauses before the second, third and fourth consumer, in milliseconds. */
  private static final List<Long> SHORTEST = List.of(250L, 500L, 1000L);

  @Test
  void pausesGrowWhileTheTopicMayNotBeReadAndRatesArriveWhenItMay() throws Exception {
    try (EmbeddedKafka broker =
            EmbeddedKafka.start(
                BrokerOptions.PLAIN
                    .with(
                        "authorizer.class.name",
                        "org.apache.kafka.metadata.authorizer.StandardAuthorizer")
                    .with("allow.everyone.if.no.acl.found", "true"));
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      // Given
      TopicProvisioner.provision(KafkaSettings.at(broker.bootstrapServers()), LONG);
      allow(admin, AclOperation.DESCRIBE, AclOperation.WRITE);
      RunDescription description = TestRuns.run("unreadable", 1);
      Consumers.CREATED.clear();
      ClientConfig config =
          ClientConfig.of(broker.bootstrapServers())
              .withCloseTimeout(Duration.ZERO)
              .withKafkaProperty("interceptor.classes", Consumers.class.getName());

      // When
      try (TrainingRun run = TrainingRun.start(config, description);
          PlainKafka kafka = new PlainKafka(broker.bootstrapServers())) {
        await().atMost(LONG).until(() -> Consumers.CREATED.size() > SHORTEST.size());

        // Then
        for (int i = 0; i < SHORTEST.size(); i++) {
          long pause = Consumers.CREATED.get(i + 1) - Consumers.CREATED.get(i);
          assertThat(Duration.ofNanos(pause))
              .as("pause " + i)
              .isGreaterThanOrEqualTo(Duration.ofMillis(SHORTEST.get(i)));
        }

        // And
        allow(admin, AclOperation.READ);
        kafka.send(TestRuns.decision(description, 1, 0, TestRuns.factors(0.5, 1.5)));
        await().atMost(LONG).until(() -> run.newest().revision() == 1);
      }
    }
  }

  @Test
  void decisionOnAPartitionThatIsNewArrives() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      // Given
      KafkaSettings settings = KafkaSettings.at(broker.bootstrapServers());
      TopicProvisioner.provision(settings, LONG);
      RunDescription description = TestRuns.run("grown", 1);
      ClientConfig config =
          ClientConfig.of(settings)
              .withCloseTimeout(Duration.ZERO)
              .withKafkaProperty("metadata.max.age.ms", "1000");
      try (TrainingRun run = TrainingRun.start(config, description);
          Producer<String, byte[]> producer =
              KafkaClients.producer(settings, "test", Map.of("metadata.max.age.ms", 1_000))) {
        producer.send(onPartition(0, TestRuns.decision(description, 1, 0, FACTORS))).get();
        await().atMost(LONG).until(() -> run.newest().revision() == 1);

        // When
        int last = Topic.LEARNING_RATES.partitions();
        admin
            .createPartitions(
                Map.of(Topic.LEARNING_RATES.topicName(), NewPartitions.increaseTo(last + 1)))
            .all()
            .get();
        await()
            .atMost(LONG)
            .ignoreExceptions()
            .until(() -> producer.partitionsFor(Topic.LEARNING_RATES.topicName()).size() > last);
        producer.send(onPartition(last, TestRuns.decision(description, 2, 0, FACTORS))).get();

        // Then
        await().atMost(LONG).until(() -> run.newest().revision() == 2);
      }
    }
  }

  private static ProducerRecord<String, byte[]> onPartition(int partition, Decision decision) {
    ProducerRecord<String, byte[]> record =
        KafkaRecords.toSend(Messages.LEARNING_RATES.encode(decision));
    return new ProducerRecord<>(
        record.topic(), partition, record.key(), record.value(), record.headers());
  }

  private static void allow(Admin admin, AclOperation... operations) throws Exception {
    ResourcePattern topic =
        new ResourcePattern(
            ResourceType.TOPIC, Topic.LEARNING_RATES.topicName(), PatternType.LITERAL);
    for (AclOperation operation : operations) {
      admin
          .createAcls(
              List.of(
                  new AclBinding(
                      topic,
                      new AccessControlEntry(
                          "User:ANONYMOUS", "*", operation, AclPermissionType.ALLOW))))
          .all()
          .get();
    }
  }

  /** Notes when a consumer is created: Kafka tells an interceptor its settings at that moment. */
  public static final class Consumers implements ConsumerInterceptor<String, byte[]> {

    private static final List<Long> CREATED = new CopyOnWriteArrayList<>();

    @Override
    public void configure(Map<String, ?> settings) {
      CREATED.add(System.nanoTime());
    }

    @Override
    public ConsumerRecords<String, byte[]> onConsume(ConsumerRecords<String, byte[]> records) {
      return records;
    }

    @Override
    public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {}

    @Override
    public void close() {}
  }
}
