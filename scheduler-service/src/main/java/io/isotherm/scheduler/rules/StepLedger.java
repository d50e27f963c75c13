package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.LayerDescription;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The steps of an incarnation while one event is applied. */
final class StepLedger {

  private final TreeMap<Long, OpenStep> open;
  private long closedThrough;
  private Optional<Steps.LastDecision> last;

  StepLedger(Steps before) {
    this.open = new TreeMap<>(before.open());
    this.closedThrough = before.closedThrough();
    this.last = before.last();
  }

  boolean isClosed(long step) {
    return step <= closedThrough;
  }

  /** Whether the outcome is the first of its layer at that step, and is now in. */
  boolean take(Arrival arrival) {
    OpenStep before = open.getOrDefault(arrival.step(), OpenStep.of(arrival.epoch()));
    if (before.findings().containsKey(arrival.layer())) {
      return false;
    }
    open.put(arrival.step(), before.with(arrival.layer(), arrival.finding()));
    return true;
  }

  /**
   * Whether all layers that can have an alpha are in at an open step. Outcomes come about in the
   * order of the network, so the last layers are the first to tell that one is missing.
   */
  boolean isComplete(long step, List<LayerDescription> layers) {
    SortedMap<String, LayerFinding> in = open.get(step).findings();
    for (int i = layers.size() - 1; i >= 0; i--) {
      LayerDescription layer = layers.get(i);
      if (!in.containsKey(layer.name()) && layer.reasonWithoutAlpha().isEmpty()) {
        return false;
      }
    }
    return true;
  }

  int openCount() {
    return open.size();
  }

  long oldestOpen() {
    return open.firstKey();
  }

  Optional<Long> newestOpenOf(Set<Long> steps) {
    return open.keySet().stream().filter(steps::contains).max(Long::compare);
  }

  /** Closes an open step and all before it, and returns them. */
  SortedMap<Long, OpenStep> close(long step) {
    SortedMap<Long, OpenStep> closing = new TreeMap<>(open.headMap(step, true));
    open.keySet().removeAll(closing.keySet());
    closedThrough = step;
    return closing;
  }

  /** Gives the open steps up, and says how many there were. */
  int abandonOpen() {
    int abandoned = open.size();
    open.clear();
    return abandoned;
  }

  void startOver() {
    open.clear();
    closedThrough = Steps.NONE.closedThrough();
    last = Steps.NONE.last();
  }

  long nextRevision() {
    return last.map(decision -> decision.revision() + 1).orElse(1L);
  }

  void decided(DueStep due) {
    last = Optional.of(new Steps.LastDecision(due.revision(), due.step()));
  }

  Steps asSteps() {
    return new Steps(open, closedThrough, last);
  }
}
