package io.isotherm.kafka.reading;

import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Of all descriptions that come, the one of each run that counts: that of the largest incarnation,
 * and of one incarnation the last. Where a record lies on the topic says nothing: a trainer that
 * was fenced long ago may still close, and its word is then the last record of the run's key.
 */
public final class NewestDescriptions {

  private final Map<String, RunDescription> descriptions = new HashMap<>();
  private final Map<String, Long> incarnations = new HashMap<>();

  /**
   * Takes the next description, in the order of the topic.
   *
   * @return whether it counts now; false if a larger incarnation of the run has been seen
   */
  public boolean add(RunDescription description) {
    long newest = incarnations.getOrDefault(description.run(), description.incarnation());
    if (description.incarnation() < newest) {
      return false;
    }
    incarnations.put(description.run(), description.incarnation());
    descriptions.put(description.run(), description);
    return true;
  }

  /**
   * Takes a tombstone. Incarnations that were older than the run's stay fenced. It says nothing
   * about a newer incarnation than it buries, nor about a run that has ended.
   *
   * @param incarnation up to which the run is buried; empty for all
   */
  public void bury(String run, OptionalLong incarnation) {
    RunDescription known = descriptions.get(run);
    boolean isMeant =
        known != null
            && (incarnation.isEmpty()
                || (known.incarnation() <= incarnation.getAsLong()
                    && known.phase() instanceof RunPhase.Running));
    if (isMeant) {
      descriptions.remove(run);
    }
  }

  /** The description of a run that counts; empty if there is none. */
  public Optional<RunDescription> of(String run) {
    return Optional.ofNullable(descriptions.get(run));
  }

  /** The runs that are described, by name. */
  public NavigableSet<String> runs() {
    return Collections.unmodifiableNavigableSet(new TreeSet<>(descriptions.keySet()));
  }
}
