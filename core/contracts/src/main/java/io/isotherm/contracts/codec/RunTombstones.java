package io.isotherm.contracts.codec;

import io.cloudevents.CloudEventContext;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.isotherm.checks.Checks;
import io.isotherm.contracts.Topic;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Records without a value on {@code isotherm.runs}: the scheduler's word that a run was lost and is
 * forgotten, so that compaction drops its key. It names the incarnation that it buries, and says
 * nothing about a newer one, which can have begun while it was written.
 */
public final class RunTombstones {

  /** CloudEvents type. */
  public static final String TYPE = "io.isotherm.run-tombstone.v1";

  private static final String INCARNATION = "incarnation";
  private static final URI SOURCE = URI.create("/isotherm/scheduler-service");

  private RunTombstones() {}

  /** The record that buries a run up to {@code incarnation}. */
  public static WireRecord encode(String run, long incarnation) {
    Checks.requirePositive("incarnation of run '" + run + "'", incarnation);
    var event =
        CloudEventBuilder.v1()
            .withId("%s:%d:tombstone".formatted(run, incarnation))
            .withSource(SOURCE)
            .withType(TYPE)
            .withSubject(run)
            .withExtension(INCARNATION, Long.toString(incarnation))
            .build();
    return new WireRecord(Topic.RUNS, run, CloudEventHeaders.write(event), null);
  }

  /**
   * The incarnation up to which a record without a value buries its run; empty if it is no
   * CloudEvent: Kafka's own way to delete a key, whatever its incarnation.
   *
   * @throws InvalidMessageException with one line, if it is a CloudEvent of another kind
   */
  public static OptionalLong decode(HeaderSource headers) throws InvalidMessageException {
    List<String> names = new ArrayList<>();
    headers.forEach((name, value) -> names.add(name));
    if (names.stream().noneMatch(name -> name.startsWith(CloudEventHeaders.PREFIX))) {
      return OptionalLong.empty();
    }
    CloudEventContext event = CloudEventHeaders.read(headers);
    CloudEventHeaders.requireType(event, TYPE);
    return OptionalLong.of(CloudEventHeaders.number(event, INCARNATION, Long.MAX_VALUE));
  }
}
