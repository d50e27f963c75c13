package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * The rules of the scheduler for one run: a state and an event give the next state, the decisions
 * that are due, and a count of what was dropped.
 *
 * <ul>
 *   <li>A step is decided when all layers are in, when its deadline passes, or when too many steps
 *       are open. What is missing stands in with its last known alpha and is named.
 *   <li>Steps only grow: deciding a step closes all steps up to it. A late outcome never decides;
 *       its alpha is kept for the next decision if it is the newest of its layer, since a layer
 *       that always takes longer than the deadline would otherwise never have one.
 *   <li>A description of a newer incarnation starts from nothing. What is older is dropped;
 *       outcomes that are newer wait for their description.
 *   <li>A run that has ended gets no decision.
 *   <li>A run whose trainer is silent for a whole lease is lost until the trainer is heard again.
 *       No decision depends on that.
 *   <li>The newest record of a run's key is what others take for the run. If it is one that does
 *       not count here, the description that does is published again behind it.
 *   <li>A control is in force from the next decision to the end of its incarnation. A hold keeps
 *       the factors of the decision that counts; shadows go on.
 * </ul>
 */
public final class RunRules {

  private final Limits limits;
  private final DecisionMaker decisions;

  /** With the policy that the service uses, or another one to see what it would have done. */
  public RunRules(Policy policy, Limits limits) {
    this.limits = limits;
    this.decisions = new DecisionMaker(policy, limits);
  }

  /**
   * Applies one event.
   *
   * @param nowMillis this host's clock, noted in a state that changes
   */
  public Transition apply(RunState state, Event event, long nowMillis) {
    RunUpdate update = new RunUpdate(state, limits, decisions, nowMillis);
    if (event.spokenBy().orElse(-1) >= update.incarnation()) {
      update.find();
    }
    if (event instanceof Event.Described described) {
      described(update, described.description());
    } else if (event instanceof Event.Arrived arrived) {
      arrived(update, arrived.arrival());
    } else if (event instanceof Event.Progressed progressed) {
      progressed(update, progressed.incarnation());
    } else if (event instanceof Event.Controlled controlled) {
      controlled(update, controlled.control());
    } else if (event instanceof Event.DeadlinePassed due) {
      if (due.incarnation() == update.incarnation() && update.isRunning()) {
        update.description().ifPresent(run -> update.decideNewestOf(run, due.steps()));
      }
    } else if (event instanceof Event.LeaseExpired) {
      if (update.isRunning() && !state.isLost()) {
        update.lose();
      }
    } else if (event instanceof Event.Buried buried) {
      buried(update, buried.incarnation());
    } else if (event instanceof Event.Deleted) {
      update.forget();
    }
    return update.finish();
  }

  /**
   * Whether a state can be dropped: its run has ended, or never had a description, and nothing has
   * changed for {@code retention}.
   */
  public static boolean isForgettable(RunState state, Duration retention, long nowMillis) {
    return !state.isRunning()
        && nowMillis - state.liveness().changedAtMillis() >= retention.toMillis();
  }

  /** Whether a run has been lost for {@code retention}. */
  public static boolean isLostFor(RunState state, Duration retention, long nowMillis) {
    OptionalLong lostAt = state.liveness().lostAtMillis();
    return lostAt.isPresent() && nowMillis - lostAt.getAsLong() >= retention.toMillis();
  }

  private static void described(RunUpdate update, RunDescription description) {
    RunDescription known = update.description().orElse(null);
    if (known == null || description.incarnation() > known.incarnation()) {
      for (Arrival waited : update.startOver(description)) {
        arrived(update, waited);
      }
    } else if (description.incarnation() < known.incarnation()) {
      // It is the newest record of its key, and compaction would leave it alone.
      update.drop(DropReason.OLDER_DESCRIPTION);
      update.restate();
    } else if (description.equals(known)) {
      update.drop(DropReason.DUPLICATE_DESCRIPTION);
    } else if (!update.isRunning()
        || !description.layers().equals(known.layers())
        || !description.estimator().equals(known.estimator())) {
      update.drop(DropReason.CONFLICTING_DESCRIPTION);
      if (description.in(known.phase()).equals(known)) {
        // The restatement above can come behind the run's end.
        update.restate();
      }
    } else {
      update.describe(known, description);
    }
  }

  private static void arrived(RunUpdate update, Arrival arrival) {
    RunDescription run = update.description().orElse(null);
    if (arrival.incarnation() > update.incarnation()) {
      update.keepWaiting(arrival);
    } else if (arrival.incarnation() < update.incarnation()) {
      update.drop(DropReason.OLDER_INCARNATION);
    } else if (run == null || !update.isRunning()) {
      update.drop(DropReason.RUN_ENDED);
    } else if (!arrival.estimator().equals(run.estimator())) {
      update.drop(DropReason.OTHER_ESTIMATOR);
    } else if (run.layers().stream()
        .map(LayerDescription::name)
        .noneMatch(arrival.layer()::equals)) {
      update.drop(DropReason.UNKNOWN_LAYER);
    } else {
      update.take(run, arrival);
    }
  }

  private static void progressed(RunUpdate update, long incarnation) {
    if (update.description().isEmpty()) {
      update.drop(DropReason.UNDESCRIBED);
    } else if (incarnation < update.incarnation()) {
      update.drop(DropReason.OLDER_INCARNATION);
    }
  }

  private static void controlled(RunUpdate update, Control control) {
    if (control.incarnation() == update.incarnation() && update.isRunning()) {
      update.control(control);
    } else {
      update.drop(DropReason.FOREIGN_CONTROL);
    }
  }

  private static void buried(RunUpdate update, long incarnation) {
    if (update.incarnation() <= incarnation && update.isRunning()) {
      update.forget();
    } else if (update.description().isPresent()) {
      update.drop(DropReason.CAME_BACK);
      update.restate();
    }
  }
}
