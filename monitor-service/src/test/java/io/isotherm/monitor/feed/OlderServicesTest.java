package io.isotherm.monitor.feed;

import static io.isotherm.monitor.Samples.description;
import static io.isotherm.monitor.Samples.progress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.isotherm.monitor.TestProducer;
import io.isotherm.monitor.view.NobodyListens;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** A broker whose services are of the time before refusals. */
class OlderServicesTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  @Test
  void monitorCatchesUpWithoutTheTopicOfRefusalsAndReadsItOnceItIsThere() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start()) {
      KafkaSettings settings = KafkaSettings.at(broker.bootstrapServers());
      TopicProvisioner.provision(settings, PATIENCE);
      try (Admin admin = KafkaClients.admin(settings, "isotherm-test", PATIENCE)) {
        admin.deleteTopics(List.of(Topic.REFUSALS.topicName())).all().get();
      }
      await().atMost(PATIENCE).until(() -> partitions(settings, Topic.REFUSALS) == 0);
      try (TestProducer producer = new TestProducer(broker.bootstrapServers());
          TestMonitor monitor =
              new TestMonitor(
                  broker.bootstrapServers(), PATIENCE, TopicFeed.TAIL, new NobodyListens())) {
        producer.send(Messages.RUNS, description("older", 1));
        producer.send(Messages.PROGRESS, progress("older", 1, 10));

        await().atMost(PATIENCE).until(() -> monitor.status().history().complete());
        assertThat(monitor.status().caughtUp()).isTrue();
        assertThat(monitor.status().missingTopics()).containsExactly("isotherm.refusals");
        await().atMost(PATIENCE).until(() -> monitor.knows("older"));

        TopicProvisioner.provision(settings, PATIENCE);
        producer.send(
            Messages.REFUSALS, Refusal.ofRun("older", Refusal.Service.SCHEDULER, "no steps"));

        await().atMost(PATIENCE).until(() -> monitor.run("older").refusals().size() == 1);
        assertThat(monitor.status().missingTopics()).isEmpty();
      }
    }
  }

  private static int partitions(KafkaSettings settings, Topic topic) {
    return TopicProvisioner.partitions(settings, PATIENCE).getOrDefault(topic, 0);
  }
}
