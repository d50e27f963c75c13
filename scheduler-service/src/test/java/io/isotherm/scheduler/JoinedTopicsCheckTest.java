package io.isotherm.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Test;

class JoinedTopicsCheckTest {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final AtomicInteger exits = new AtomicInteger();

  @Test
  void schedulerEndsWhenOneOfItsTopicsHasMorePartitions() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start();
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      // Given
      KafkaSettings kafka = KafkaSettings.at(broker.bootstrapServers());
      JoinedTopicsCheck check = new JoinedTopicsCheck(kafka, exits::incrementAndGet);
      assertThat(check.check()).as("checked without topics").isFalse();
      TopicProvisioner.provision(kafka, PATIENCE);
      assertThat(check.check()).as("checked").isTrue();
      assertThat(exits).hasValue(0);

      // When
      admin
          .createPartitions(Map.of(Topic.SPECTRA.topicName(), NewPartitions.increaseTo(8)))
          .all()
          .get();

      // Then
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                check.check();
                return exits.get() > 0;
              });
    }
  }
}
