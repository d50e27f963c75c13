package io.isotherm.contracts.refusal;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.checks.OneLine;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * That a service cannot use something that a trainer has sent, and what would help. A trainer shows
 * the reason once; training goes on.
 *
 * @param run names the run
 * @param incarnation of the trainer that is told, where it is known
 * @param about what is refused
 * @param layer the layer that is refused; present exactly when the refusal is about a layer
 * @param step that the refused record belongs to, where it has one
 * @param reason one sentence: what is wrong, with the value, and what to do
 * @param by which service refuses it
 * @param topic of the refused record, if it is one record; present together with its place there
 * @param partition of the refused record
 * @param offset of the refused record
 */
public record Refusal(
    String run,
    OptionalLong incarnation,
    About about,
    Optional<String> layer,
    OptionalLong step,
    String reason,
    Service by,
    Optional<String> topic,
    OptionalInt partition,
    OptionalLong offset) {

  /** What is refused. */
  public enum About {
    /** The run as it is described, or all that it sends: no decision comes of it. */
    @JsonProperty("run")
    RUN,
    /** One layer's snapshots: the others are decided. */
    @JsonProperty("layer")
    LAYER,
    /** A word of progress. */
    @JsonProperty("progress")
    PROGRESS
  }

  /** The services that refuse. */
  public enum Service {
    /** The scheduler. */
    @JsonProperty("scheduler")
    SCHEDULER("/isotherm/scheduler-service"),
    /** The spectral service. */
    @JsonProperty("spectral")
    SPECTRAL("/isotherm/spectral-service");

    private final String source;

    Service(String source) {
      this.source = source;
    }

    /** The CloudEvents source of what the service says. */
    public String source() {
      return source;
    }
  }

  /** Checks names and numbers; the reason becomes one line of {@link OneLine#MAX_LENGTH}. */
  public Refusal {
    Names.requireRun(run);
    String what = "of a refusal of run '" + run + "'";
    incarnation = incarnation == null ? OptionalLong.empty() : incarnation;
    incarnation.ifPresent(value -> Checks.requirePositive("incarnation " + what, value));
    Checks.requirePresent("about " + what, about);
    layer = layer == null ? Optional.empty() : layer;
    layer.ifPresent(Names::requireLayer);
    if ((about == About.LAYER) != layer.isPresent()) {
      throw new IllegalArgumentException(
          "layer %s must be there exactly when it is about a layer".formatted(what));
    }
    step = step == null ? OptionalLong.empty() : step;
    step.ifPresent(value -> Checks.requireNotNegative("step " + what, value));
    reason = OneLine.of(Checks.requireText("reason " + what, reason));
    Checks.requirePresent("by " + what, by);
    topic = topic == null ? Optional.empty() : topic;
    topic.ifPresent(name -> Checks.requireText("topic " + what, name));
    partition = partition == null ? OptionalInt.empty() : partition;
    partition.ifPresent(value -> Checks.requireNotNegative("partition " + what, (long) value));
    offset = offset == null ? OptionalLong.empty() : offset;
    offset.ifPresent(value -> Checks.requireNotNegative("offset " + what, value));
    if (topic.isPresent() != partition.isPresent() || topic.isPresent() != offset.isPresent()) {
      throw new IllegalArgumentException(
          "topic, partition and offset %s must all be there or all be missing".formatted(what));
    }
  }

  /** About a whole run. */
  public static Refusal ofRun(String run, Service by, String reason) {
    return of(run, About.RUN, Optional.empty(), by, reason);
  }

  /** About one layer. */
  public static Refusal ofLayer(String run, String layer, Service by, String reason) {
    return of(run, About.LAYER, Optional.of(layer), by, reason);
  }

  /** About a word of progress. */
  public static Refusal ofProgress(String run, Service by, String reason) {
    return of(run, About.PROGRESS, Optional.empty(), by, reason);
  }

  private static Refusal of(
      String run, About about, Optional<String> layer, Service by, String reason) {
    return new Refusal(
        run,
        OptionalLong.empty(),
        about,
        layer,
        OptionalLong.empty(),
        reason,
        by,
        Optional.empty(),
        OptionalInt.empty(),
        OptionalLong.empty());
  }

  /** The same, told to the trainer of that incarnation. */
  public Refusal toIncarnation(long told) {
    return new Refusal(
        run, OptionalLong.of(told), about, layer, step, reason, by, topic, partition, offset);
  }

  /** The same, of something that belongs to a step. */
  public Refusal atStep(long refused) {
    return new Refusal(
        run,
        incarnation,
        about,
        layer,
        OptionalLong.of(refused),
        reason,
        by,
        topic,
        partition,
        offset);
  }

  /** The same, with the place of the record that is refused. */
  public Refusal ofRecord(String recordTopic, int recordPartition, long recordOffset) {
    return new Refusal(
        run,
        incarnation,
        about,
        layer,
        step,
        reason,
        by,
        Optional.of(recordTopic),
        OptionalInt.of(recordPartition),
        OptionalLong.of(recordOffset));
  }
}
