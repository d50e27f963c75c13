package io.isotherm.benchmarks.pipeline;

import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.topic.TopicFollower;
import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import io.isotherm.kafka.records.KafkaRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** All outcomes of layers, with the time at which a consumer had them. */
final class OutcomeLog implements AutoCloseable {

  /**
   * An outcome that was seen.
   *
   * @param nanos when, as {@link System#nanoTime}
   */
  record Seen(Outcome outcome, long nanos) {}

  private final Map<String, List<Seen>> seen = new HashMap<>();
  private final TopicFollower follower;

  OutcomeLog(String bootstrapServers) {
    follower = new TopicFollower(bootstrapServers, Topic.SPECTRA, this::take);
  }

  private void take(ConsumerRecord<String, byte[]> record, long nanos)
      throws InvalidMessageException {
    LayerOutcome outcome = KafkaRecords.decode(Messages.SPECTRA, record);
    seen.computeIfAbsent(outcome.snapshot().run(), run -> new ArrayList<>())
        .add(new Seen(outcome.outcome(), nanos));
  }

  /** The outcomes of a run that have been seen so far, as they came. */
  List<Seen> of(String run) {
    return follower.look(() -> List.copyOf(seen.getOrDefault(run, List.of())));
  }

  /**
   * Waits until so many outcomes of a run have been seen, and returns them as they came.
   *
   * @throws BenchmarkException if they have not come after {@code patience}, or cannot be read
   */
  List<Seen> await(String run, int outcomes, Duration patience) throws InterruptedException {
    if (!follower.await(() -> seen.getOrDefault(run, List.of()).size() >= outcomes, patience)) {
      throw new BenchmarkException(
          "%d of %d outcomes of %s came in %d s"
              .formatted(of(run).size(), outcomes, run, patience.toSeconds()));
    }
    return of(run);
  }

  @Override
  public void close() {
    follower.close();
  }
}
