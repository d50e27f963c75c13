package io.isotherm.kafka.topics;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.BrokerException;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The one rule about partitions: topics that are joined have equally many, so that all records of a
 * run meet in one place. How many that is, and how many any other topic has, is the cluster's
 * business.
 */
public final class JoinedTopics {

  private JoinedTopics() {}

  /**
   * Checks the topics that are there.
   *
   * @param partitions of the topics that exist; others than the joined ones do not matter
   * @throws BrokerException with one line that says which topic to grow to what
   */
  public static void requireEquallyMany(Map<Topic, Integer> partitions) {
    int most = count(partitions, 0);
    String fewer =
        Topic.JOINED.stream()
            .filter(topic -> partitions.getOrDefault(topic, most) < most)
            .map(Topic::topicName)
            .collect(Collectors.joining(" and "));
    if (!fewer.isEmpty()) {
      throw new BrokerException(
          "%s are joined by the scheduler and must have equally many partitions: stop the scheduler and grow %s to %d (kafka-topics.sh --alter --partitions %d), see docs/kafka.md"
              .formatted(
                  Topic.JOINED.stream()
                      .filter(partitions::containsKey)
                      .map(topic -> topic.topicName() + " (" + partitions.get(topic) + ")")
                      .collect(Collectors.joining(", ")),
                  fewer,
                  most,
                  most));
    }
  }

  /**
   * How many partitions a topic is created with: as many as those that it is joined with, if they
   * are there.
   *
   * @param existing partitions of the topics that exist
   */
  static int partitionsOf(Topic missing, Map<Topic, Integer> existing) {
    return Topic.JOINED.contains(missing)
        ? count(existing, missing.partitions())
        : missing.partitions();
  }

  private static int count(Map<Topic, Integer> partitions, int otherwise) {
    return Topic.JOINED.stream()
        .filter(partitions::containsKey)
        .mapToInt(partitions::get)
        .max()
        .orElse(otherwise);
  }
}
