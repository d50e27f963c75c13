package io.isotherm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.ProvisionedTopic;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TestKafkaTest {

  @Test
  void aBrokerIsThereWithAllTopics() {
    TestBroker broker = TestKafka.broker();

    List<ProvisionedTopic> topics =
        TopicProvisioner.provision(
            KafkaSettings.at(broker.bootstrapServers()), Duration.ofSeconds(30));

    assertThat(topics).extracting(ProvisionedTopic::topic).containsExactly(Topic.values());
    assertThat(topics).noneMatch(ProvisionedTopic::created);
  }

  @Test
  void allTestsOfAJvmShareOneBroker() {
    TestBroker first = TestKafka.broker();
    first.close();

    assertThat(new TestKafka().start())
        .containsEntry("kafka.bootstrap.servers", first.bootstrapServers());
  }

  @Test
  void anUnknownKindOfBrokerIsNamedInTheError() {
    assertThatThrownBy(() -> BrokerKind.of("emdedded"))
        .hasMessage("test.kafka must be auto, embedded or containers, got: 'emdedded'");
  }

  @Test
  void theEmbeddedBrokerCanBeForced() {
    assertThat(BrokerKind.of("embedded")).isEqualTo(BrokerKind.EMBEDDED);
  }
}
