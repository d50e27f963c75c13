package io.isotherm.scheduler.rules;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How far the decisions of an incarnation have come.
 *
 * @param open steps with outcomes and without a decision, all after {@code closedThrough}
 * @param closedThrough no step up to this one gets a decision any more; -1 at first
 * @param last the last decision
 */
public record Steps(
    SortedMap<Long, OpenStep> open, long closedThrough, Optional<LastDecision> last) {

  /** Before the first outcome. */
  public static final Steps NONE = new Steps(Collections.emptySortedMap(), -1, Optional.empty());

  /**
   * What the next decision has to follow.
   *
   * @param revision of the last decision
   * @param step of the last decision
   */
  public record LastDecision(long revision, long step) {}

  /** Copies the map. */
  public Steps {
    open = FrozenMap.of(open);
  }

  /** The same with other open steps. */
  public Steps withOpen(SortedMap<Long, OpenStep> other) {
    return new Steps(other, closedThrough, last);
  }
}
