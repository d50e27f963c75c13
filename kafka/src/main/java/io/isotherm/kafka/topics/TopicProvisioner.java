package io.isotherm.kafka.topics;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.QuietLogging;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the topics that {@link Topic} lists, on any Kafka cluster. */
public final class TopicProvisioner {

  private static final int MAX_REPLICATION = 3;
  private static final Duration PAUSE = Duration.ofMillis(50);

  private TopicProvisioner() {}

  /**
   * Creates what is missing and waits until the broker shows it; what exists is left as it is.
   * Replication is 3, or the number of brokers where there are fewer.
   *
   * @param timeout for everything together
   * @return the topics that were created
   * @throws BrokerException with one line, if the broker does not answer in time, refuses, or has a
   *     topic with another number of partitions
   */
  public static List<Topic> provision(String bootstrapServers, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (Closer admin = new Closer(admin(bootstrapServers, timeout))) {
      List<Topic> created = create(admin.client, replication(admin.client, deadline), deadline);
      for (Topic topic : Topic.values()) {
        requirePartitions(admin.client, topic, deadline);
      }
      return created;
    } catch (TimeoutException e) {
      throw new BrokerException(
          "no Kafka broker at %s answered within %d s: start it, or check the address"
              .formatted(bootstrapServers, Math.max(1, timeout.toSeconds())),
          e);
    } catch (ExecutionException | KafkaException e) {
      throw refused(bootstrapServers, timeout, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException("interrupted while creating topics at " + bootstrapServers, e);
    }
  }

  private static BrokerException refused(
      String bootstrapServers, Duration timeout, Exception thrown) {
    Throwable cause = thrown instanceof ExecutionException ? thrown.getCause() : thrown;
    if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
      return new BrokerException(
          "no Kafka broker at %s answered within %d s: start it, or check the address"
              .formatted(bootstrapServers, Math.max(1, timeout.toSeconds())),
          cause);
    }
    Throwable innermost = cause.getCause() == null ? cause : cause.getCause();
    return new BrokerException(
        "cannot create topics at %s: %s".formatted(bootstrapServers, innermost.getMessage()),
        thrown);
  }

  private static Admin admin(String bootstrapServers, Duration timeout) {
    QuietLogging.apply();
    int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis()));
    return Admin.create(
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrapServers,
            AdminClientConfig.CLIENT_ID_CONFIG,
            "isotherm-topics",
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            Math.min(millis, 30_000),
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            millis));
  }

  private static short replication(Admin admin, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    int brokers = await(admin.describeCluster().nodes(), deadline).size();
    return (short) Math.max(1, Math.min(MAX_REPLICATION, brokers));
  }

  private static List<Topic> create(Admin admin, short replication, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    List<NewTopic> wanted =
        Arrays.stream(Topic.values())
            .map(
                topic ->
                    new NewTopic(topic.topicName(), topic.partitions(), replication)
                        .configs(topic.config()))
            .toList();
    Map<String, KafkaFuture<Void>> answers = admin.createTopics(wanted).values();
    List<Topic> created = new ArrayList<>();
    for (Topic topic : Topic.values()) {
      try {
        await(answers.get(topic.topicName()), deadline);
        created.add(topic);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    return List.copyOf(created);
  }

  private static void requirePartitions(Admin admin, Topic topic, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    Optional<TopicDescription> found = describe(admin, topic, deadline);
    while (found.isEmpty()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(PAUSE.toNanos(), remaining(deadline)));
      found = describe(admin, topic, deadline);
    }
    int partitions = found.get().partitions().size();
    if (partitions != topic.partitions()) {
      throw new BrokerException(
          "topic %s must have %d partitions, got: %d; delete the topic or use another broker"
              .formatted(topic.topicName(), topic.partitions(), partitions));
    }
  }

  /** Empty while the broker does not know the topic yet. */
  private static Optional<TopicDescription> describe(Admin admin, Topic topic, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    String name = topic.topicName();
    try {
      return Optional.of(
          await(admin.describeTopics(List.of(name)).topicNameValues().get(name), deadline));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static <T> T await(KafkaFuture<T> future, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(remaining(deadline), TimeUnit.NANOSECONDS);
  }

  private static long remaining(long deadline) throws TimeoutException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new TimeoutException();
    }
    return left;
  }

  /** Closes the client at once: what has not been answered by now is not waited for. */
  private record Closer(Admin client) implements AutoCloseable {
    @Override
    public void close() {
      client.close(Duration.ZERO);
    }
  }
}
