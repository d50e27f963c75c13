package io.isotherm.benchmarks.scheduler;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.contracts.Topic;
import io.isotherm.kafka.KafkaClients;
import io.isotherm.kafka.settings.KafkaSettings;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.LogDirDescription;

/** What the broker can tell about the scheduler. */
final class BrokerView implements AutoCloseable {

  private static final String APPLICATION = "isotherm-scheduler";
  private static final String CHANGELOG = "-changelog";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Admin admin;

  BrokerView(String bootstrapServers) {
    admin = KafkaClients.admin(KafkaSettings.at(bootstrapServers), "isotherm-benchmark", PATIENCE);
  }

  /** Bytes of the changelogs as they lie in the broker's log, compressed. */
  long changelogBytes() throws InterruptedException {
    try {
      return admin.describeLogDirs(List.of(1)).allDescriptions().get().values().stream()
          .flatMap(folders -> folders.values().stream())
          .map(LogDirDescription::replicaInfos)
          .flatMap(replicas -> replicas.entrySet().stream())
          .filter(replica -> replica.getKey().topic().startsWith(APPLICATION))
          .filter(replica -> replica.getKey().topic().endsWith(CHANGELOG))
          .mapToLong(replica -> replica.getValue().size())
          .sum();
    } catch (ExecutionException e) {
      throw new BenchmarkException("the broker does not tell its sizes: " + e.getMessage(), e);
    }
  }

  /** The partitions of outcomes that each scheduler has, by the scheduler's name. */
  SortedMap<String, SortedSet<Integer>> partitions() throws InterruptedException {
    ConsumerGroupDescription group;
    try {
      group =
          admin
              .describeConsumerGroups(List.of(APPLICATION))
              .describedGroups()
              .get(APPLICATION)
              .get();
    } catch (ExecutionException e) {
      throw new BenchmarkException("the broker does not tell its groups: " + e.getMessage(), e);
    }
    SortedMap<String, SortedSet<Integer>> partitions = new TreeMap<>();
    group
        .members()
        .forEach(
            member -> {
              SortedSet<Integer> own = new TreeSet<>();
              member.assignment().topicPartitions().stream()
                  .filter(each -> each.topic().equals(Topic.SPECTRA.topicName()))
                  .forEach(each -> own.add(each.partition()));
              partitions.put(member.clientId().replaceFirst("-StreamThread-.*", ""), own);
            });
    return partitions;
  }

  @Override
  public void close() {
    admin.close();
  }
}
