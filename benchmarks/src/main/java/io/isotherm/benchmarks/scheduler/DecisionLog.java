package io.isotherm.benchmarks.scheduler;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.isotherm.benchmarks.command.BenchmarkException;
import io.isotherm.benchmarks.topic.TopicFollower;
import io.isotherm.contracts.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** All decisions, as a trainer sees them: committed ones, with the time at which they were seen. */
final class DecisionLog implements AutoCloseable {

  private static final ObjectReader READER = new ObjectMapper().readerFor(Head.class);

  /**
   * The part of a decision that is looked at.
   *
   * @param missing must be empty: nothing was missing
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  private record Head(long step, long revision, List<String> missing) {}

  /** A decision that was seen. */
  record Seen(Step step, long revision, int partition, long nanos) {}

  private final Map<String, Integer> runs = new HashMap<>();
  private final Map<Long, Integer> steps = new HashMap<>();
  private final List<Seen> seen = new ArrayList<>();
  private final TopicFollower follower;

  DecisionLog(String bootstrapServers, Timeline timeline) {
    IntStream.range(0, timeline.runs()).forEach(run -> runs.put(Fleet.name(run), run));
    follower = new TopicFollower(bootstrapServers, Topic.LEARNING_RATES, this::take);
  }

  private void take(ConsumerRecord<String, byte[]> record, long now) throws IOException {
    Head head = READER.readValue(record.value());
    int run = runs.get(record.key());
    int index = steps.computeIfAbsent(head.step(), this::index);
    if (!head.missing().isEmpty()) {
      throw new BenchmarkException(
          "decision for %s has missing layers".formatted(new Step(run, index)));
    }
    seen.add(new Seen(new Step(run, index), head.revision(), record.partition(), now));
  }

  private int index(long trainedSteps) {
    return (int) (trainedSteps / Fleet.trainedSteps(0)) - 1;
  }

  /** What has been seen so far, in the order of its arrival. */
  List<Seen> seen() {
    return follower.look(() -> List.copyOf(seen));
  }

  /**
   * Waits until so many decisions have been seen.
   *
   * @throws BenchmarkException if no decision comes for {@code patience}
   */
  void await(long count, Duration patience) throws InterruptedException {
    int before = follower.look(seen::size);
    while (before < count) {
      int had = before;
      if (!follower.await(() -> seen.size() > had, patience)) {
        throw new BenchmarkException(
            "%d decisions were made and %d are due, and none came for %d s"
                .formatted(had, count, patience.toSeconds()));
      }
      before = follower.look(seen::size);
    }
  }

  /**
   * Checks that each step that is complete has exactly one decision, and that the revisions of each
   * run are 1, 2, 3 and so on in the order of its steps.
   */
  void requireOneForEach(Timeline timeline, int rows) {
    Map<Step, Seen> byStep = new HashMap<>();
    for (Seen each : seen()) {
      if (byStep.put(each.step(), each) != null) {
        throw new BenchmarkException(each.step() + " was decided twice");
      }
      if (each.revision() != each.step().index() + 1) {
        throw new BenchmarkException("%s has revision %d".formatted(each.step(), each.revision()));
      }
    }
    if (byStep.size() != timeline.completed(rows)) {
      throw new BenchmarkException(
          "%d decisions were made and %d are due"
              .formatted(byStep.size(), timeline.completed(rows)));
    }
  }

  @Override
  public void close() {
    follower.close();
  }
}
