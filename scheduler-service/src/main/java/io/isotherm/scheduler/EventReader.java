package io.isotherm.scheduler;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.codec.HeaderSource;
import io.isotherm.contracts.codec.InvalidMessageException;
import io.isotherm.contracts.codec.Messages;
import io.isotherm.contracts.codec.RunTombstones;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.scheduler.rules.Arrival;
import io.isotherm.scheduler.rules.Event;
import java.util.OptionalLong;

/** What a record of one of the scheduler's topics means for its run. */
final class EventReader {

  private EventReader() {}

  /**
   * Reads a record.
   *
   * @throws InvalidMessageException with one line that says what is wrong, if anything is
   */
  static Event read(String topic, String key, HeaderSource headers, byte[] value)
      throws InvalidMessageException {
    if (topic.equals(Topic.SPECTRA.topicName())) {
      return new Event.Arrived(Arrival.of(Messages.SPECTRA.decode(key, headers, value)));
    }
    if (topic.equals(Topic.PROGRESS.topicName())) {
      Progress progress = Messages.PROGRESS.decode(key, headers, value);
      return new Event.Progressed(progress.incarnation(), progress.baseLearningRate());
    }
    if (topic.equals(Topic.CONTROLS.topicName())) {
      return new Event.Controlled(Messages.CONTROLS.decode(key, headers, value));
    }
    if (value != null || key == null) {
      return new Event.Described(Messages.RUNS.decode(key, headers, value));
    }
    OptionalLong buried = RunTombstones.decode(headers);
    return buried.isPresent() ? new Event.Buried(buried.getAsLong()) : new Event.Deleted();
  }
}
