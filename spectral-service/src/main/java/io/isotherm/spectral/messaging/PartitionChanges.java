package io.isotherm.spectral.messaging;

import io.isotherm.spectral.intake.Intake;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Tells the intake which partitions come and go; called on the poll thread. */
@ApplicationScoped
@Identifier("isotherm-spectral")
public class PartitionChanges implements KafkaConsumerRebalanceListener {

  private final Intake intake;

  PartitionChanges(Intake intake) {
    this.intake = intake;
  }

  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    intake.assign(numbers(partitions));
  }

  @Override
  public void onPartitionsRevoked(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    intake.revoke(numbers(partitions));
  }

  private static List<Integer> numbers(Collection<TopicPartition> partitions) {
    return partitions.stream().map(TopicPartition::partition).toList();
  }
}
