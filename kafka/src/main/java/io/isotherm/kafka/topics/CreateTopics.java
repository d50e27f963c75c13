package io.isotherm.kafka.topics;

import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.settings.InvalidSettingsException;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.settings.SettingSources;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The program that creates and checks the topics, for a job beside the services: it is told by
 * {@code KAFKA_*} and {@code kafka.*} alone, and needs nothing but the jars of this module.
 */
public final class CreateTopics {

  private static final int FAILURE = 1;
  private static final int USAGE = 2;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Held here because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  private CreateTopics() {}

  /**
   * Ends with status 0 if all topics are as they should be, 1 if not, 2 if it was told nonsense.
   */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    if (arguments.length > 0) {
      System.err.println(
          "this program takes no arguments: set KAFKA_BOOTSTRAP_SERVERS and other KAFKA_* in the environment");
      return USAGE;
    }
    // What goes wrong with Kafka is said in the program's own words.
    KAFKA.setLevel(Level.OFF);
    try {
      KafkaSettings settings =
          SettingSources.ofThisProcess().settings(KafkaSettings.DEFAULT_BOOTSTRAP_SERVERS);
      TopicProvisioner.provision(settings, PATIENCE)
          .forEach(
              topic ->
                  System.out.printf(
                      "topic ready topic=%s partitions=%d created=%s%n",
                      topic.topic().topicName(), topic.partitions(), topic.created()));
      return 0;
    } catch (InvalidSettingsException e) {
      System.err.println(e.getMessage());
      return USAGE;
    } catch (BrokerException e) {
      System.err.println(e.getMessage());
      return FAILURE;
    }
  }
}
