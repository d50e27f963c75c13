package io.isotherm.kafka.topics;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.Topic;

/**
 * A topic as it is on the cluster.
 *
 * @param topic which
 * @param partitions how many it has there
 * @param created whether it was missing before
 */
public record ProvisionedTopic(Topic topic, int partitions, boolean created) {

  /** Checks that nothing is missing. */
  public ProvisionedTopic {
    Checks.requirePresent("topic", topic);
    Checks.requirePositive("partitions of topic " + topic.topicName(), (long) partitions);
  }
}
