package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import java.time.Duration;

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
    RunUpdate update = new RunUpdate(state, limits, decisions);
    if (event instanceof Event.Described described) {
      described(update, described.description());
    } else if (event instanceof Event.Arrived arrived) {
      arrived(update, arrived.arrival());
    } else if (event instanceof Event.Controlled controlled) {
      Control control = controlled.control();
      if (control.incarnation() == update.incarnation() && update.isRunning()) {
        update.control(control);
      } else {
        update.drop(DropReason.FOREIGN_CONTROL);
      }
    } else if (event instanceof Event.DeadlinePassed due) {
      if (due.incarnation() == update.incarnation() && update.isRunning()) {
        update.decideNewestOf(due.steps());
      }
    } else {
      update.forget();
    }
    return update.finish(nowMillis);
  }

  /**
   * Whether a state can be dropped: its run has ended, or never had a description, and nothing has
   * changed for {@code retention}.
   */
  public static boolean isForgettable(RunState state, Duration retention, long nowMillis) {
    return !state.isRunning() && nowMillis - state.changedAtMillis() >= retention.toMillis();
  }

  private static void described(RunUpdate update, RunDescription description) {
    RunDescription known = update.description();
    if (known == null || description.incarnation() > known.incarnation()) {
      for (Arrival waited : update.startOver(description)) {
        arrived(update, waited);
      }
    } else if (description.incarnation() < known.incarnation()) {
      update.drop(DropReason.OLDER_DESCRIPTION);
    } else if (description.equals(known)) {
      update.drop(DropReason.DUPLICATE_DESCRIPTION);
    } else if (!update.isRunning()
        || !description.layers().equals(known.layers())
        || !description.estimator().equals(known.estimator())) {
      update.drop(DropReason.CONFLICTING_DESCRIPTION);
    } else {
      update.describe(description);
    }
  }

  private static void arrived(RunUpdate update, Arrival arrival) {
    RunDescription run = update.description();
    if (arrival.incarnation() > update.incarnation()) {
      update.keepWaiting(arrival);
    } else if (arrival.incarnation() < update.incarnation()) {
      update.drop(DropReason.OLDER_INCARNATION);
    } else if (!update.isRunning()) {
      update.drop(DropReason.RUN_ENDED);
    } else if (!arrival.estimator().equals(run.estimator())) {
      update.drop(DropReason.OTHER_ESTIMATOR);
    } else if (run.layers().stream()
        .map(LayerDescription::name)
        .noneMatch(arrival.layer()::equals)) {
      update.drop(DropReason.UNKNOWN_LAYER);
    } else {
      update.take(arrival);
    }
  }
}
