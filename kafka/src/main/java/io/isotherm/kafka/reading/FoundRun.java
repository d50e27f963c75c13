package io.isotherm.kafka.reading;

import io.isotherm.contracts.run.RunDescription;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What {@code isotherm.runs} holds of a run.
 *
 * @param description the one that counts; empty if the run is not described
 * @param others names of the other runs on the topic, sorted
 */
public record FoundRun(Optional<RunDescription> description, SortedSet<String> others) {

  /** Copies the names. */
  public FoundRun {
    others = Collections.unmodifiableSortedSet(new TreeSet<>(others));
  }
}
