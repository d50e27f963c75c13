package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
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
 *   <li>A step does not wait for layers that can have no alpha.
 *   <li>What a trainer can do better is told to it: another estimator than the run's, a layer that
 *       is not described, a description that contradicts the known one, an incarnation that has
 *       been replaced.
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
   * @param toldRate the newest base learning rate that the run's trainer has told, for decisions to
   *     show where the description has no formula
   * @param nowMillis this host's clock, noted in a state that changes
   */
  public Transition apply(RunState state, Event event, OptionalDouble toldRate, long nowMillis) {
    RunUpdate update = new RunUpdate(state, limits, decisions, toldRate, nowMillis);
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
      update.refuse(
          DropReason.OLDER_DESCRIPTION, Refusals.replaced(known, description.incarnation()));
      update.restate();
    } else if (description.equals(known)) {
      update.drop(DropReason.DUPLICATE_DESCRIPTION);
    } else if (!update.isRunning()
        || !description.layers().equals(known.layers())
        || !description.estimator().equals(known.estimator())) {
      if (description.in(known.phase()).equals(known)) {
        // The restatement above can come behind the run's end.
        update.drop(DropReason.CONFLICTING_DESCRIPTION);
        update.restate();
      } else {
        update.refuse(
            DropReason.CONFLICTING_DESCRIPTION, Refusals.conflicting(known, update.isRunning()));
      }
    } else {
      update.describe(known, description);
    }
  }

  private static void arrived(RunUpdate update, Arrival arrival) {
    RunDescription run = update.description().orElse(null);
    if (arrival.incarnation() > update.incarnation()) {
      update.keepWaiting(arrival);
    } else if (run != null && arrival.incarnation() < run.incarnation()) {
      update.refuse(DropReason.OLDER_INCARNATION, Refusals.replaced(run, arrival.incarnation()));
    } else if (run == null || !update.isRunning()) {
      update.drop(DropReason.RUN_ENDED);
    } else if (!arrival.estimator().equals(run.estimator())) {
      update.refuse(DropReason.OTHER_ESTIMATOR, Refusals.otherEstimator(run, arrival));
    } else {
      taken(update, run, arrival);
    }
  }

  private static void taken(RunUpdate update, RunDescription run, Arrival arrival) {
    Optional<LayerDescription> layer = run.find(arrival.layer());
    if (layer.isEmpty() && arrival.finding() instanceof LayerFinding.Measured) {
      update.refuse(DropReason.UNKNOWN_LAYER, Refusals.undescribed(run, arrival));
    } else if (layer.isEmpty()) {
      // Who did not measure it, as it is not described, has told the trainer.
      update.drop(DropReason.UNKNOWN_LAYER);
    } else if (layer.get().reasonWithoutAlpha().isPresent()) {
      update.drop(DropReason.UNMEASURABLE_LAYER);
    } else {
      update.take(run, arrival);
    }
  }

  private static void progressed(RunUpdate update, long incarnation) {
    RunDescription run = update.description().orElse(null);
    if (run == null) {
      update.drop(DropReason.UNDESCRIBED);
    } else if (incarnation < run.incarnation()) {
      update.refuse(DropReason.OLDER_INCARNATION, Refusals.replaced(run, incarnation));
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
