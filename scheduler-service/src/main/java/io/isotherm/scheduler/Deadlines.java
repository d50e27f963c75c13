package io.isotherm.scheduler;

import io.isotherm.scheduler.rules.Event.DeadlinePassed;
import io.isotherm.scheduler.rules.RunState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * When each open step was first seen here, by this host's clock. It is kept in memory and not in
 * the state: a time of another host's clock would mean nothing here.
 */
final class Deadlines {

  private record Clock(long incarnation, Map<Long, Long> openedAtMillis) {}

  private final long waitMillis;
  private final Map<String, Clock> runs = new HashMap<>();

  Deadlines(Duration wait) {
    this.waitMillis = wait.toMillis();
  }

  /** Starts the clock of steps that are new in {@code state} and forgets those that are gone. */
  void follow(String run, RunState state, long nowMillis) {
    if (state.steps().open().isEmpty()) {
      runs.remove(run);
      return;
    }
    Clock known = runs.get(run);
    Map<Long, Long> openedAt = new HashMap<>();
    for (long step : state.steps().open().keySet()) {
      boolean seen = known != null && known.incarnation() == state.incarnation();
      openedAt.put(
          step, seen ? known.openedAtMillis().getOrDefault(step, nowMillis) : (Long) nowMillis);
    }
    runs.put(run, new Clock(state.incarnation(), openedAt));
  }

  /** The steps that have waited long enough, by run. */
  Map<String, DeadlinePassed> passed(long nowMillis) {
    Map<String, DeadlinePassed> passed = new HashMap<>();
    runs.forEach(
        (run, clock) -> {
          TreeSet<Long> due = new TreeSet<>();
          clock
              .openedAtMillis()
              .forEach(
                  (step, openedAt) -> {
                    if (nowMillis - openedAt >= waitMillis) {
                      due.add(step);
                    }
                  });
          if (!due.isEmpty()) {
            passed.put(run, new DeadlinePassed(clock.incarnation(), due));
          }
        });
    return passed;
  }
}
