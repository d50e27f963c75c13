package io.isotherm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class RefusalsTest {

  private static final Duration LONG = Duration.ofMinutes(2);
  private static final Map<String, Double> FACTORS = TestRuns.factors(0.5, 1.5);

  @Test
  void eachReasonThatIsToldToThisIncarnationIsHeardOnce() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start();
        PlainKafka kafka = new PlainKafka(broker.bootstrapServers())) {
      TopicProvisioner.provision(KafkaSettings.at(broker.bootstrapServers()), LONG);
      RunDescription description = TestRuns.run("told", 2);
      // Given what an earlier incarnation was told, by number and without
      kafka.send(Messages.REFUSALS.encode(refusal("told", "of old").toIncarnation(1)));
      kafka.send(Messages.REFUSALS.encode(refusal("told", "of nobody knows whom")));

      try (TrainingRun run = start(broker, description)) {
        kafka.send(TestRuns.decision(description, 1, 0, FACTORS));
        await().atMost(LONG).until(() -> run.newest().revision() == 1);

        // When
        kafka.send(Messages.REFUSALS.encode(refusal("told", "of a shape").toIncarnation(2)));
        kafka.send(Messages.REFUSALS.encode(refusal("told", "of a shape").toIncarnation(2)));
        kafka.send(Messages.REFUSALS.encode(refusal("other", "of another run")));
        kafka.send(Messages.REFUSALS.encode(refusal("told", "of the newest")));

        // Then
        await().atMost(LONG).until(() -> run.refusals().size() == 2);
        assertThat(run.refusals())
            .extracting(Refusal::reason)
            .containsExactly("of a shape", "of the newest");
      }
    }
  }

  @Test
  void ratesArriveFromServicesThatAreTooOldToRefuse() throws Exception {
    try (EmbeddedKafka broker = EmbeddedKafka.start();
        PlainKafka kafka = new PlainKafka(broker.bootstrapServers());
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      // Given
      TopicProvisioner.provision(KafkaSettings.at(broker.bootstrapServers()), LONG);
      admin.deleteTopics(List.of(Topic.REFUSALS.topicName())).all().get();
      RunDescription description = TestRuns.run("untold", 1);

      // When
      try (TrainingRun run = start(broker, description)) {
        kafka.send(TestRuns.decision(description, 1, 0, FACTORS));

        // Then
        await().atMost(LONG).until(() -> run.newest().revision() == 1);
        assertThat(run.refusals()).isEmpty();
      }
    }
  }

  private static TrainingRun start(EmbeddedKafka broker, RunDescription description) {
    return TrainingRun.start(
        ClientConfig.of(broker.bootstrapServers()).withCloseTimeout(Duration.ZERO), description);
  }

  private static Refusal refusal(String run, String reason) {
    return Refusal.ofRun(run, Refusal.Service.SCHEDULER, reason);
  }
}
