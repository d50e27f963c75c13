package io.isotherm.spectral.messaging;

import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.WireRecord;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.spectral.answer.Answer;
import io.isotherm.spectral.answer.DeadLetter;
import io.isotherm.spectral.answer.Receipt;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/**
 * Publishes answers, and acknowledges their records when the broker has them. A broker that does
 * not take a record is asked again until it does: meanwhile nothing is acknowledged, and nothing is
 * lost.
 */
@ApplicationScoped
public class AnswerChannels {

  private static final Logger LOG = Logger.getLogger(AnswerChannels.class);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LAST_RETRY = Duration.ofSeconds(30);

  private final MutinyEmitter<byte[]> spectra;
  private final MutinyEmitter<byte[]> deadLetters;
  private final MeterRegistry meters;

  /** What waits here is bounded by what is taken in, so the emitters need no bound of their own. */
  AnswerChannels(
      @Channel("spectra") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> spectra,
      @Channel("dead-letters") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER)
          MutinyEmitter<byte[]> deadLetters,
      MeterRegistry meters) {
    this.spectra = spectra;
    this.deadLetters = deadLetters;
    this.meters = meters;
  }

  /** The stage ends when the broker has everything and the records are acknowledged. */
  public CompletionStage<Void> publish(Answer answer) {
    List<Uni<Void>> sends = new ArrayList<>();
    answer
        .outcome()
        .ifPresent(
            outcome -> {
              note(outcome);
              WireRecord record = Messages.SPECTRA.encode(outcome);
              WireRecord traced =
                  answer
                      .traceparent()
                      .map(trace -> record.withHeader(WireRecord.TRACEPARENT, trace))
                      .orElse(record);
              sends.add(send(spectra, traced));
            });
    answer
        .deadLetter()
        .ifPresent(
            letter -> {
              note(letter);
              sends.add(send(deadLetters, letter.encode()));
            });
    Uni<Void> all =
        sends.isEmpty()
            ? Uni.createFrom().voidItem()
            : Uni.join().all(sends).andFailFast().replaceWithVoid();
    return all.invoke(() -> answer.receipts().forEach(receipt -> receipt.acknowledge().run()))
        .subscribeAsCompletionStage();
  }

  private static Uni<Void> send(MutinyEmitter<byte[]> channel, WireRecord record) {
    return Uni.createFrom()
        .deferred(() -> channel.sendMessage(message(record)))
        .onFailure()
        .invoke(
            e ->
                LOG.warnf(
                    "record was not published, will try again topic=%s reason=%s",
                    record.topic().topicName(), e.getMessage()))
        .onFailure()
        .retry()
        .withBackOff(FIRST_RETRY, LAST_RETRY)
        .indefinitely();
  }

  private static Message<byte[]> message(WireRecord record) {
    RecordHeaders headers = new RecordHeaders();
    record.headers().forEach(headers::add);
    return Message.of(record.value())
        .addMetadata(
            OutgoingKafkaRecordMetadata.<String>builder()
                .withKey(record.key())
                .withHeaders(headers)
                .build());
  }

  private void note(LayerOutcome outcome) {
    meters.counter("isotherm.spectral.outcomes", "status", status(outcome.outcome())).increment();
    LOG.debugf(
        "outcome status=%s run=%s incarnation=%d layer=%s step=%d",
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
        "dead letter topic=%s partition=%d offset=%d reason=%s",
        receipt.topic(), receipt.partition(), receipt.offset(), letter.reason());
  }

  private static String status(Outcome outcome) {
    return outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }
}
