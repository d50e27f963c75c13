package io.isotherm.spectral.messaging;

import io.isotherm.contracts.Topic;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** The consumer of snapshots, which belongs to its poll thread: what others ask of it. */
@ApplicationScoped
public class SnapshotConsumer {

  private static final Logger LOG = Logger.getLogger(SnapshotConsumer.class);
  private static final String CHANNEL = "snapshots";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LAST_RETRY = Duration.ofSeconds(10);

  private final KafkaClientService clients;

  SnapshotConsumer(KafkaClientService clients) {
    this.clients = clients;
  }

  /** Its settings. */
  Map<String, ?> settings() {
    return consumer().configuration();
  }

  /** Does something with it, on the poll thread. */
  Uni<Void> onPollThread(
      Consumer<org.apache.kafka.clients.consumer.Consumer<String, ReceivedBytes>> action) {
    return Uni.createFrom().deferred(() -> consumer().runOnPollingThread(action));
  }

  /** Reads a partition again from the record that was put off. */
  public void readAgain(OwnedPartition owned) {
    TopicPartition partition = new TopicPartition(Topic.SNAPSHOTS.topicName(), owned.number());
    onPollThread(
            polling -> {
              if (owned.isOwned()) {
                long begin = polling.beginningOffsets(Set.of(partition), PATIENCE).get(partition);
                polling.seek(partition, owned.readAgainFrom(begin));
              }
            })
        .onFailure()
        .retry()
        .withBackOff(FIRST_RETRY, LAST_RETRY)
        .indefinitely()
        .subscribe()
        .with(
            done -> {},
            e ->
                LOG.warnf(
                    "partition is not read again partition=%d reason=\"%s\"",
                    owned.number(), e.getMessage()));
  }

  private KafkaConsumer<String, ReceivedBytes> consumer() {
    return clients.getConsumer(CHANNEL);
  }
}
