package io.isotherm.spectral.messaging;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.refusal.RefusalGate;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.records.KafkaRecords;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Objection;
import io.isotherm.spectral.answer.Receipt;
import io.isotherm.spectral.offsets.OwnedPartition;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/**
 * Publishes answers, and marks their records as answered when the broker has them. A broker that
 * does not take a record is asked again until it does: meanwhile nothing is marked, and nothing is
 * lost. Nothing is published about a partition that this process has lost: its next owner does.
 */
@ApplicationScoped
public class AnswerChannels {

  private static final Logger LOG = Logger.getLogger(AnswerChannels.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  /** Longer than the producer's delivery.timeout.ms. */
  private static final Duration LAST_ACKNOWLEDGMENT = Duration.ofSeconds(35);

  private final MutinyEmitter<byte[]> spectra;
  private final MutinyEmitter<byte[]> deadLetters;
  private final MutinyEmitter<byte[]> refusals;
  private final RefusalGate gate = new RefusalGate();
  private final MeterRegistry meters;
  private final InFlight inFlight = new InFlight();

  /**
   * Each answer that waits here holds either its layer's share of the memory budget or the channel
   * of snapshots, which takes the next record when it is published. So the emitters need no bound
   * of their own.
   */
  AnswerChannels(
      @Channel("spectra") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> spectra,
      @Channel("dead-letters") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> deadLetters,
      @Channel("refusals") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> refusals,
      MeterRegistry meters) {
    this.spectra = spectra;
    this.deadLetters = deadLetters;
    this.refusals = refusals;
    this.meters = meters;
  }

  /**
   * The stage ends when the broker has everything and the records are marked, or when their
   * partition is lost. A dead letter goes first: an outcome is an answer's last word. What the
   * trainer is told is told at most once a minute.
   */
  public CompletionStage<Void> publish(Answer answer) {
    answer.objection().filter(this::isNew).ifPresent(this::tell);
    Uni<Void> letter =
        answer
            .deadLetter()
            .map(put -> send(deadLetters, put.encode(), answer).invoke(() -> note(put)))
            .orElseGet(() -> Uni.createFrom().voidItem());
    return letter
        .chain(() -> sendOutcome(answer))
        .invoke(() -> answer.receipts().forEach(Receipt::acknowledge))
        .onFailure(PartitionLostException.class)
        .recoverWithNull()
        .subscribeAsCompletionStage();
  }

  private boolean isNew(Objection objection) {
    synchronized (gate) {
      return gate.lets(
          objection.refusal(),
          objection.kind().name(),
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }
  }

  /** Tells the trainer, who may miss it: no answer waits for that. */
  private void tell(Objection objection) {
    Refusal refusal = objection.refusal();
    LOG.warnf(
        "refused run=%s layer=%s reason=\"%s\"",
        refusal.run(), refusal.layer().orElse("none"), refusal.reason());
    refusals
        .sendMessage(message(Messages.REFUSALS.encode(refusal)))
        .subscribe()
        .with(
            done -> {},
            e ->
                LOG.warnf(
                    "refusal was not published topic=%s run=%s reason=\"%s\"",
                    Topic.REFUSALS.topicName(), refusal.run(), e.getMessage()));
  }

  /** Waits until all that is on its way about lost partitions has arrived, or cannot any more. */
  public void awaitThoseOfLostPartitions() {
    try {
      if (!inFlight.awaitNoneOfLostPartitions(LAST_ACKNOWLEDGMENT)) {
        LOG.warnf(
            "outcomes of lost partitions may still arrive millis=%d",
            LAST_ACKNOWLEDGMENT.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Uni<Void> sendOutcome(Answer answer) {
    if (answer.outcome().isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    LayerOutcome outcome = answer.outcome().get();
    WireRecord record = answer.answeredRecords().on(Messages.SPECTRA.encode(outcome));
    WireRecord traced =
        answer
            .traceparent()
            .map(trace -> record.withHeader(WireRecord.TRACEPARENT, trace))
            .orElse(record);
    return send(spectra, traced, answer).invoke(() -> note(outcome));
  }

  private Uni<Void> send(MutinyEmitter<byte[]> channel, WireRecord record, Answer answer) {
    OwnedPartition partition = answer.partition();
    return Uni.createFrom()
        .deferred(
            () -> {
              if (!inFlight.begin(partition)) {
                return Uni.createFrom().failure(new PartitionLostException());
              }
              return channel
                  .sendMessage(message(record))
                  .onTermination()
                  .invoke(() -> inFlight.end(partition));
            })
        .onFailure(AnswerChannels::isWorthATry)
        .invoke(
            e ->
                LOG.warnf(
                    "record was not published, will try again topic=%s reason=\"%s\"",
                    record.topic().topicName(), e.getMessage()))
        .onFailure(AnswerChannels::isWorthATry)
        .retry()
        .withBackOff(FIRST_RETRY, LAST_RETRY)
        .indefinitely();
  }

  private static boolean isWorthATry(Throwable failure) {
    return !(failure instanceof PartitionLostException);
  }

  private static Message<byte[]> message(WireRecord record) {
    return Message.of(record.value())
        .addMetadata(
            OutgoingKafkaRecordMetadata.<String>builder()
                .withKey(record.key())
                .withHeaders(KafkaRecords.headers(record))
                .build());
  }

  private void note(LayerOutcome outcome) {
    meters.counter("isotherm.spectral.outcomes", "status", status(outcome.outcome())).increment();
    LOG.debugf(
        "layer answered as %s run=%s incarnation=%d layer=%s step=%d",
        status(outcome.outcome()),
        outcome.snapshot().run(),
        outcome.snapshot().incarnation(),
        outcome.snapshot().layer(),
        outcome.snapshot().step());
  }

  private void note(DeadLetter letter) {
    meters
        .counter(
            "isotherm.spectral.dead.letters", "kind", letter.kind().name().toLowerCase(Locale.ROOT))
        .increment();
    Receipt receipt = letter.receipt();
    LOG.warnf(
        "dead letter topic=%s partition=%d offset=%d reason=\"%s\"",
        receipt.topic(), receipt.partition(), receipt.offset(), letter.reason());
  }

  /** What is not published because its partition is another process's now. */
  private static final class PartitionLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static String status(Outcome outcome) {
    return outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
