package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.AppliedDecision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The newest decisions of a run and when its trainer took them over. The two come on different
 * topics, in either order.
 */
final class DecisionLog {

  private final Map<String, Decision> decisions;
  private final Map<String, AppliedDecision> applied;
  private Optional<Decision> newest = Optional.empty();
  private OptionalLong lastStaleness = OptionalLong.empty();

  DecisionLog(int capacity) {
    decisions = new Newest<>(capacity);
    applied = new Newest<>(capacity);
  }

  /** Takes a decision; false if it, or a newer one of its incarnation, is already here. */
  boolean add(Decision decision) {
    if (newest.isPresent()
        && newest.get().incarnation() == decision.incarnation()
        && newest.get().revision() >= decision.revision()) {
      return false;
    }
    newest = Optional.of(decision);
    decisions.put(key(decision.incarnation(), decision.id()), decision);
    return true;
  }

  void applied(long incarnation, List<AppliedDecision> more) {
    for (AppliedDecision decision : more) {
      applied.put(key(incarnation, decision.id()), decision);
      lastStaleness = OptionalLong.of(decision.stalenessSteps());
    }
  }

  OptionalLong lastStep() {
    return newest.isEmpty() ? OptionalLong.empty() : OptionalLong.of(newest.get().step());
  }

  Optional<Staleness> staleness() {
    return lastStaleness.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Staleness.of(
                applied.values().stream().map(AppliedDecision::stalenessSteps).toList(),
                lastStaleness.getAsLong()));
  }

  /** The newest decision of an incarnation, if it has one. */
  Optional<Decision> newest(long incarnation) {
    return newest.filter(decision -> decision.incarnation() == incarnation);
  }

  /** All lines, oldest first. */
  List<DecisionRow> rows() {
    List<DecisionRow> rows = new ArrayList<>(decisions.size());
    decisions.values().forEach(decision -> rows.add(row(decision)));
    return rows;
  }

  /** The line of a decision that has been added. */
  DecisionRow row(Decision decision) {
    AppliedDecision taken = applied.get(key(decision.incarnation(), decision.id()));
    return new DecisionRow(
        decision.id(),
        decision.incarnation(),
        decision.revision(),
        decision.step(),
        decision.epoch(),
        decision.baseLearningRate(),
        decision.missing(),
        taken == null ? OptionalLong.empty() : OptionalLong.of(taken.appliedAtStep()));
  }

  private static String key(long incarnation, String id) {
    return incarnation + ":" + id;
  }

  /** A map that forgets its oldest entries. */
  private static final class Newest<V> extends LinkedHashMap<String, V> {
    private static final long serialVersionUID = 1L;

    private final int capacity;

    Newest(int capacity) {
      this.capacity = capacity;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
      return size() > capacity;
    }
  }
}
