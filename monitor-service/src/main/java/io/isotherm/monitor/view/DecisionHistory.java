package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.AppliedDecision;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The newest decisions of a run and when its trainer took them over. The two come on different
 * topics, in either order.
 */
final class DecisionHistory {

  /** Names a decision of a run. */
  private record Revision(long incarnation, long number) implements Comparable<Revision> {
    private static final Comparator<Revision> OLDEST_FIRST =
        Comparator.comparingLong(Revision::incarnation).thenComparingLong(Revision::number);

    @Override
    public int compareTo(Revision other) {
      return OLDEST_FIRST.compare(this, other);
    }
  }

  private final int capacity;
  private final TreeMap<Revision, DecisionRow> rows = new TreeMap<>();
  private final TreeMap<Revision, AppliedDecision> applied = new TreeMap<>();
  private Optional<Decision> newest = Optional.empty();

  DecisionHistory(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Takes a decision; false if it is already here, or if a newer one is and this one is not read as
   * history.
   */
  boolean add(Decision decision, RecordOrigin origin) {
    Revision revision = new Revision(decision.incarnation(), decision.revision());
    boolean isNewest = rows.isEmpty() || revision.compareTo(rows.lastKey()) > 0;
    if (!isNewest && (!origin.history() || rows.containsKey(revision))) {
      return false;
    }
    if (isNewest) {
      newest = Optional.of(decision);
    }
    rows.put(revision, DecisionRow.of(decision));
    trim(rows);
    return true;
  }

  /** Notes what a trainer has taken over. */
  void applied(long incarnation, List<AppliedDecision> more) {
    more.forEach(decision -> applied.put(new Revision(incarnation, decision.revision()), decision));
    trim(applied);
  }

  OptionalLong lastStep() {
    return newest.isEmpty() ? OptionalLong.empty() : OptionalLong.of(newest.get().step());
  }

  Optional<Staleness> staleness() {
    return applied.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Staleness.of(
                applied.values().stream().map(AppliedDecision::stalenessSteps).toList(),
                applied.lastEntry().getValue().stalenessSteps()));
  }

  /** The newest decision of an incarnation, if it has one. */
  Optional<Decision> newest(long incarnation) {
    return newest.filter(decision -> decision.incarnation() == incarnation);
  }

  /** All lines, oldest first. */
  List<DecisionRow> rows() {
    return rows.values().stream().map(this::withStepApplied).toList();
  }

  /** The line of a decision. */
  DecisionRow row(Decision decision) {
    return withStepApplied(DecisionRow.of(decision));
  }

  private DecisionRow withStepApplied(DecisionRow row) {
    AppliedDecision taken = applied.get(new Revision(row.incarnation(), row.revision()));
    return taken == null || !taken.id().equals(row.id())
        ? row
        : row.appliedAt(taken.appliedAtStep());
  }

  private <T> void trim(NavigableMap<Revision, T> entries) {
    while (entries.size() > capacity) {
      entries.pollFirstEntry();
    }
  }
}
