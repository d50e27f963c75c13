package io.isotherm.kafka.topics;

import io.isotherm.contracts.Topic;
import io.isotherm.kafka.BrokerException;
import io.isotherm.kafka.BrokerProblem;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates the topics that {@link Topic} lists, on any Kafka cluster, and checks those that exist.
 * Nothing is ever changed or deleted.
 */
public final class TopicProvisioner implements AutoCloseable {

  private static final int MAX_REPLICATION = 3;
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final List<Topic> ALL = List.of(Topic.values());

  private final Admin admin;
  private final long deadline;

  private TopicProvisioner(Admin admin, long deadline) {
    this.admin = admin;
    this.deadline = deadline;
  }

  /**
   * Creates what is missing and waits until the broker shows and serves it. Replication is 3, or
   * the number of brokers where there are fewer. A topic that is joined with others gets as many
   * partitions as these have.
   *
   * @param timeout for everything together
   * @return all topics, in their order
   * @throws BrokerException with one line, if the broker does not answer in time, refuses, or has
   *     joined topics with different numbers of partitions
   */
  public static List<ProvisionedTopic> provision(KafkaSettings settings, Duration timeout) {
    return ask(settings, timeout, TopicProvisioner::provision);
  }

  /**
   * How many partitions those of the topics have that exist.
   *
   * @throws BrokerException with one line, if the broker does not answer in time, or refuses
   */
  public static Map<Topic, Integer> partitions(KafkaSettings settings, Duration timeout) {
    return ask(settings, timeout, TopicProvisioner::partitions);
  }

  /** What is asked of the broker. */
  private interface Question<T> {
    T ask(TopicProvisioner broker)
        throws ExecutionException, InterruptedException, TimeoutException;
  }

  private static <T> T ask(KafkaSettings settings, Duration timeout, Question<T> question) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (TopicProvisioner broker =
        new TopicProvisioner(KafkaClients.admin(settings, "isotherm-topics", timeout), deadline)) {
      return question.ask(broker);
    } catch (TimeoutException | ExecutionException | KafkaException e) {
      throw new BrokerException(BrokerProblem.line(settings, e, timeout), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException(
          "interrupted while asking for topics at " + settings.bootstrapServers(), e);
    }
  }

  private List<ProvisionedTopic> provision()
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<Topic, Integer> existing = partitions();
    JoinedTopics.requireEquallyMany(existing);
    Set<Topic> missing = EnumSet.allOf(Topic.class);
    missing.removeAll(existing.keySet());
    Set<Topic> created = missing.isEmpty() ? missing : create(missing, existing);
    Map<Topic, Integer> now = partitions();
    while (now.size() < ALL.size()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(PAUSE.toNanos(), remaining()));
      now = partitions();
    }
    JoinedTopics.requireEquallyMany(now);
    awaitLeaders(now);
    return listed(now, created);
  }

  /**
   * Waits until the leader of each partition serves it. Metadata shows a new partition earlier:
   * then the broker refuses a producer's first batch and takes its second, and the first is out of
   * order for ever.
   */
  private void awaitLeaders(Map<Topic, Integer> partitions)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    partitions.forEach(
        (topic, count) -> {
          for (int i = 0; i < count; i++) {
            ends.put(new TopicPartition(topic.topicName(), i), OffsetSpec.latest());
          }
        });
    await(admin.listOffsets(ends).all());
  }

  private static List<ProvisionedTopic> listed(Map<Topic, Integer> now, Set<Topic> created) {
    return ALL.stream()
        .map(topic -> new ProvisionedTopic(topic, now.get(topic), created.contains(topic)))
        .toList();
  }

  /** Asks for the topics; those that somebody else creates meanwhile are not ours. */
  private Set<Topic> create(Set<Topic> missing, Map<Topic, Integer> existing)
      throws ExecutionException, InterruptedException, TimeoutException {
    short replication = replication();
    Stream<NewTopic> wanted =
        missing.stream()
            .map(
                topic ->
                    new NewTopic(
                            topic.topicName(),
                            JoinedTopics.partitionsOf(topic, existing),
                            replication)
                        .configs(topic.config()));
    Map<String, KafkaFuture<Void>> answers = admin.createTopics(wanted.toList()).values();
    Set<Topic> created = EnumSet.noneOf(Topic.class);
    for (Topic topic : missing) {
      try {
        await(answers.get(topic.topicName()));
        created.add(topic);
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
    return created;
  }

  private short replication() throws ExecutionException, InterruptedException, TimeoutException {
    int brokers = await(admin.describeCluster().nodes()).size();
    return (short) Math.max(1, Math.min(MAX_REPLICATION, brokers));
  }

  /** How many partitions the topics have that the broker knows. */
  private Map<Topic, Integer> partitions()
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(ALL.stream().map(Topic::topicName).toList()).topicNameValues();
    Map<Topic, Integer> found = new EnumMap<>(Topic.class);
    for (Topic topic : ALL) {
      try {
        found.put(topic, await(answers.get(topic.topicName())).partitions().size());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return found;
  }

  private <T> T await(KafkaFuture<T> future)
      throws ExecutionException, InterruptedException, TimeoutException {
    return future.get(remaining(), TimeUnit.NANOSECONDS);
  }

  private long remaining() throws TimeoutException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      throw new TimeoutException();
    }
    return left;
  }

  /** Closes the client at once: what has not been answered by now is not waited for. */
  @Override
  public void close() {
    admin.close(Duration.ZERO);
  }
}
