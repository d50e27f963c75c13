package io.isotherm.spectral.messaging;

import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.SnapshotCodec;
import io.isotherm.contracts.snapshot.SnapshotChunk;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.intake.Intake;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.isotherm.spectral.offsets.Ownership;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Chunks from Kafka to the intake, one record at a time: the next one is asked for when this one
 * has found a place. Meanwhile SmallRye pauses the partitions and goes on polling, so a wait for
 * room, however long, causes no rebalance. A record is marked as answered by its answer, not here,
 * and committed by {@link PartitionChanges}.
 */
@ApplicationScoped
public class SnapshotChannel {

  private static final Logger LOG = Logger.getLogger(SnapshotChannel.class);

  /** SmallRye's own note on a record, added after it came from the broker. */
  private static final String CONNECTOR_HEADER_PREFIX = "__smallrye";

  private final Intake intake;
  private final Ownership ownership;

  SnapshotChannel(Intake intake, Ownership ownership) {
    this.intake = intake;
    this.ownership = ownership;
  }

  /** Never fails: a failure would end the channel. */
  @Incoming("snapshots")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  public Uni<Void> receive(IncomingKafkaRecord<String, ReceivedBytes> message) {
    Context context = Vertx.currentContext();
    return Uni.createFrom()
        .completionStage(() -> take(message))
        .onFailure()
        .invoke(e -> LOG.errorf(e, "record was not taken %s", place(message)))
        .onFailure()
        .recoverWithNull()
        .emitOn(task -> context.runOnContext(x -> task.run()));
  }

  private CompletionStage<Void> take(IncomingKafkaRecord<String, ReceivedBytes> message) {
    Optional<OwnedPartition> owned =
        ownership.of(new TopicPartition(message.getTopic(), message.getPartition()));
    // Fetched before the partition was lost, or before one of its records was put off.
    if (owned.isEmpty() || !owned.get().received(message.getOffset())) {
      return CompletableFuture.completedStage(null);
    }
    HeaderSource headers =
        sink ->
            message
                .getHeaders()
                .forEach(
                    header -> {
                      if (!header.key().startsWith(CONNECTOR_HEADER_PREFIX)) {
                        sink.accept(header.key(), header.value());
                      }
                    });
    Receipt receipt =
        new Receipt(
            message.getTopic(), owned.get(), message.getOffset(), message.getKey(), headers);
    byte[] value = message.getPayload() == null ? null : message.getPayload().take();
    SnapshotChunk chunk;
    try {
      chunk = SnapshotCodec.decode(message.getKey(), headers, value);
    } catch (InvalidMessageException e) {
      return intake.refuse(receipt, value, e.getMessage());
    }
    return intake.take(chunk, receipt);
  }

  private static String place(IncomingKafkaRecord<String, ReceivedBytes> message) {
    return "topic=%s partition=%d offset=%d"
        .formatted(message.getTopic(), message.getPartition(), message.getOffset());
  }
}
