package io.isotherm.testkit;

import io.isotherm.embeddedkafka.EmbeddedKafka;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.topics.TopicProvisioner;
import java.time.Duration;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/** The one broker of this JVM, started at its first use. */
final class SharedBroker {

  private static final DockerImageName IMAGE = DockerImageName.parse("apache/kafka:4.1.1");
  private static final Duration PROVISIONING = Duration.ofSeconds(60);

  private static String bootstrapServers;

  private SharedBroker() {}

  static synchronized String bootstrapServers() {
    if (bootstrapServers == null) {
      String started =
          switch (BrokerKind.of(System.getProperty(BrokerKind.PROPERTY))) {
            case EMBEDDED -> startEmbedded();
            case CONTAINERS -> startContainer();
          };
      TopicProvisioner.provision(KafkaSettings.at(started), PROVISIONING);
      bootstrapServers = started;
    }
    return bootstrapServers;
  }

  private static String startEmbedded() {
    EmbeddedKafka broker = EmbeddedKafka.start();
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "test-kafka-close"));
    return broker.bootstrapServers();
  }

  private static String startContainer() {
    KafkaContainer broker = new KafkaContainer(IMAGE);
    broker.start();
    Runtime.getRuntime().addShutdownHook(new Thread(broker::stop, "test-kafka-stop"));
    return broker.getBootstrapServers();
  }
}
