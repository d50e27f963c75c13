package io.isotherm.replay;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The newest incarnation of a run as it stands in Kafka.
 *
 * @param description the newest one
 * @param decisions by step
 * @param epochs of the steps of which anything is recorded
 * @param numbers by weight layer and step, what was measured, by the names in the outcome; empty
 *     where the layer was skipped, which takes away what was known of it
 * @param completeSteps those at which every layer has an outcome
 */
public record RecordedRun(
    RunDescription description,
    SortedMap<Long, Decision> decisions,
    SortedMap<Long, Integer> epochs,
    Map<String, NavigableMap<Long, SortedMap<String, Double>>> numbers,
    SortedSet<Long> completeSteps) {

  /**
   * Sorts records.
   *
   * @param decisions of any incarnation
   * @param outcomes of any incarnation, estimator and layer
   */
  public static RecordedRun of(
      RunDescription description, List<Decision> decisions, List<LayerOutcome> outcomes) {
    SortedMap<Long, Integer> epochs = new TreeMap<>();
    SortedMap<Long, Decision> byStep = new TreeMap<>();
    for (Decision decision : decisions) {
      if (decision.incarnation() == description.incarnation()) {
        byStep.put(decision.step(), decision);
        epochs.put(decision.step(), decision.epoch());
      }
    }
    Set<String> layers =
        description.layers().stream().map(LayerDescription::name).collect(Collectors.toSet());
    Map<String, NavigableMap<Long, SortedMap<String, Double>>> numbers = new HashMap<>();
    SortedMap<Long, Set<String>> answered = new TreeMap<>();
    for (LayerOutcome outcome : outcomes) {
      if (outcome.snapshot().incarnation() == description.incarnation()
          && outcome.estimator().equals(description.estimator())
          && layers.contains(outcome.snapshot().layer())) {
        long step = outcome.snapshot().step();
        epochs.put(step, outcome.snapshot().epoch());
        answered.computeIfAbsent(step, at -> new TreeSet<>()).add(outcome.snapshot().layer());
        numbers(outcome.outcome())
            .ifPresent(
                measured ->
                    numbers
                        .computeIfAbsent(outcome.snapshot().layer(), layer -> new TreeMap<>())
                        .put(step, measured));
      }
    }
    answered.values().removeIf(there -> there.size() < layers.size());
    return new RecordedRun(description, byStep, epochs, numbers, new TreeSet<>(answered.keySet()));
  }

  /** As the scheduler takes it: a layer that failed or was overtaken stays as it was known. */
  private static Optional<SortedMap<String, Double>> numbers(Outcome outcome) {
    if (outcome instanceof Outcome.Analysed analysed) {
      return Optional.of(analysed.numbers());
    }
    return outcome instanceof Outcome.Skipped
        ? Optional.of(Collections.emptySortedMap())
        : Optional.empty();
  }
}
