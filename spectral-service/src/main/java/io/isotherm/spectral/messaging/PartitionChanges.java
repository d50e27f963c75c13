package io.isotherm.spectral.messaging;

import io.isotherm.spectral.intake.Intake;
import io.isotherm.spectral.offsets.Ownership;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Tells ownership and intake which partitions come and go, and has committed, once a second, what
 * was answered: all on the poll thread.
 */
@ApplicationScoped
@Identifier("isotherm-spectral")
public class PartitionChanges implements KafkaConsumerRebalanceListener {

  private static final Logger LOG = Logger.getLogger(PartitionChanges.class);
  private static final long COMMIT_MILLIS = 1000;

  private final Intake intake;
  private final Ownership ownership;
  private final AnswerChannels answers;
  private final SnapshotConsumer consumer;
  private final AtomicBoolean committing = new AtomicBoolean();

  PartitionChanges(
      Intake intake, Ownership ownership, AnswerChannels answers, SnapshotConsumer consumer) {
    this.intake = intake;
    this.ownership = ownership;
    this.answers = answers;
    this.consumer = consumer;
  }

  void start(@Observes StartupEvent event, Vertx vertx) {
    vertx.setPeriodic(COMMIT_MILLIS, id -> commit());
  }

  void stop(@Observes ShutdownEvent event) {
    ownership.close();
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    ownership.take(consumer, partitions, this.consumer.settings());
  }

  @Override
  public void onPartitionsRevoked(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    ownership.lose(partitions);
    intake.revoke(partitions.stream().map(TopicPartition::partition).toList());
    answers.awaitThoseOfLostPartitions();
    ownership.forget(consumer, partitions);
  }

  private void commit() {
    // A poll thread that is taking partitions over does one commit afterwards, not one a second.
    if (committing.compareAndSet(false, true)) {
      consumer
          .onPollThread(ownership::commit)
          .onTermination()
          .invoke(() -> committing.set(false))
          .subscribe()
          .with(
              done -> {},
              e -> LOG.debugf("offsets not committed now reason=\"%s\"", e.getMessage()));
    }
  }
}
