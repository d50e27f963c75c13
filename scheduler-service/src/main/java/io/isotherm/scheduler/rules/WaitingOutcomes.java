package io.isotherm.scheduler.rules;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/** Outcomes that came before their incarnation's description, while one event is applied. */
final class WaitingOutcomes {

  private final Deque<Arrival> waiting;
  private final int max;

  WaitingOutcomes(List<Arrival> before, int max) {
    this.waiting = new ArrayDeque<>(before);
    this.max = max;
  }

  /**
   * Keeps an outcome; only those of the newest incarnation are kept.
   *
   * @param dropped hears of each outcome that is not
   */
  void keep(Arrival arrival, Consumer<DropReason> dropped) {
    if (arrival.incarnation() < incarnation()) {
      dropped.accept(DropReason.OLDER_INCARNATION);
      return;
    }
    if (arrival.incarnation() > incarnation()) {
      waiting.forEach(older -> dropped.accept(DropReason.OLDER_INCARNATION));
      waiting.clear();
    }
    waiting.addLast(arrival);
    while (waiting.size() > max) {
      waiting.removeFirst();
      dropped.accept(DropReason.WAITED_IN_VAIN);
    }
  }

  /** Hands out what a description of that incarnation was missing to, or has overtaken. */
  List<Arrival> releaseUpTo(long incarnation) {
    if (waiting.isEmpty() || incarnation() > incarnation) {
      return List.of();
    }
    List<Arrival> ready = List.copyOf(waiting);
    waiting.clear();
    return ready;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void clear() {
    waiting.clear();
  }

  List<Arrival> asList() {
    return List.copyOf(waiting);
  }

  private long incarnation() {
    return waiting.isEmpty() ? 0 : waiting.peekFirst().incarnation();
  }
}
