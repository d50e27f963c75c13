package io.isotherm.scheduler;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.settings.KafkaSettings;
import io.isotherm.kafka.settings.SettingSources;
import io.isotherm.kafka.topics.JoinedTopics;
import io.isotherm.kafka.topics.TopicProvisioner;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Ends the process if the topics that it joins have different numbers of partitions: the records of
 * one run would meet at different instances, and each would decide without the other's. Kafka
 * Streams checks that for joins of its own only.
 */
@ApplicationScoped
public class JoinedTopicsCheck {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final Logger LOG = Logger.getLogger(JoinedTopicsCheck.class);

  private final KafkaSettings kafka;
  private final Runnable exit;
  private volatile int partitionsFound;

  /** For the service. */
  @Inject
  public JoinedTopicsCheck(@Identifier("default-kafka-broker") Map<String, Object> kafka) {
    this(
        SettingSources.collected(kafka).settings(KafkaSettings.DEFAULT_BOOTSTRAP_SERVERS),
        () -> Quarkus.asyncExit(1));
  }

  JoinedTopicsCheck(KafkaSettings kafka, Runnable exit) {
    this.kafka = kafka;
    this.exit = exit;
  }

  void start(@Observes StartupEvent event) {
    Thread thread = new Thread(this::checkWhenTheyAreThere, "joined-topics");
    thread.setDaemon(true);
    thread.start();
  }

  /** How many partitions each of the topics has; 0 while that is not known. */
  public int partitions() {
    return partitionsFound;
  }

  private void checkWhenTheyAreThere() {
    try {
      while (!check()) {
        TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** False while the broker does not answer or does not have all of them. */
  boolean check() {
    Map<Topic, Integer> partitions;
    try {
      partitions = TopicProvisioner.partitions(kafka, PATIENCE);
    } catch (BrokerException e) {
      LOG.debugf("topics not checked yet reason=\"%s\"", e.getMessage());
      return false;
    }
    if (!partitions.keySet().containsAll(Topic.JOINED)) {
      return false;
    }
    try {
      JoinedTopics.requireEquallyMany(partitions);
      partitionsFound = partitions.get(Topic.RUNS);
    } catch (BrokerException e) {
      LOG.errorf("scheduler stops reason=\"%s\"", e.getMessage());
      exit.run();
    }
    return true;
  }
}
