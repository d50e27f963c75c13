package io.isotherm.scheduler;

import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.scheduler.rules.Event;
import io.isotherm.scheduler.rules.RunState;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The newest base learning rate that each trainer with a schedule of its own has told. It is shown
 * in decisions and decides nothing, so it stands in no store: after a restart, the next word of the
 * trainer brings it.
 */
final class ToldRates {

  private final Map<String, Told> newest = new HashMap<>();

  private record Told(long incarnation, double rate) {}

  /** What has happened to a run, and what is known of it now. */
  void follow(String run, Event event, RunState state) {
    if (!state.isRunning() || !isExternal(state)) {
      newest.remove(run);
    } else if (event instanceof Event.Progressed progress
        && progress.incarnation() == state.incarnation()) {
      newest.put(run, new Told(progress.incarnation(), progress.baseLearningRate()));
    }
  }

  /** Of a run's incarnation, if its trainer has told any since this task began. */
  OptionalDouble of(String run, long incarnation) {
    Told told = newest.get(run);
    return told == null || told.incarnation() != incarnation
        ? OptionalDouble.empty()
        : OptionalDouble.of(told.rate());
  }

  private static boolean isExternal(RunState state) {
    return state.description().map(RunDescription::schedule).orElseThrow()
        instanceof BaseSchedule.External;
  }
}
