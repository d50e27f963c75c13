package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A run's state while one event is applied: the moves that {@link RunRules} chooses from. */
final class RunUpdate {

  private final RunState before;
  private final Limits limits;
  private final DecisionMaker maker;
  private final OptionalDouble toldRate;
  private final long nowMillis;

  private Optional<RunDescription> description;
  private final StepLedger steps;
  private final KnownAlphas alphas;
  private final WaitingOutcomes waiting;
  private Controls controls;
  private PolicyTracks tracks;
  private OptionalLong lostAtMillis;
  private final SortedMap<String, Long> droppedCounts;

  private final List<Transition.Made> made = new ArrayList<>();
  private final List<String> withheld = new ArrayList<>();
  private final List<DropReason> dropped = new ArrayList<>();
  private final List<Transition.Refused> refusals = new ArrayList<>();
  private boolean restates;

  RunUpdate(
      RunState before,
      Limits limits,
      DecisionMaker maker,
      OptionalDouble toldRate,
      long nowMillis) {
    this.before = before;
    this.limits = limits;
    this.maker = maker;
    this.toldRate = toldRate;
    this.nowMillis = nowMillis;
    this.description = before.description();
    this.steps = new StepLedger(before.steps());
    this.alphas = new KnownAlphas(before.alphas());
    this.waiting = new WaitingOutcomes(before.waiting(), limits.maxWaiting());
    this.controls = before.controls();
    this.tracks = before.tracks();
    this.lostAtMillis = before.liveness().lostAtMillis();
    this.droppedCounts = new TreeMap<>(before.dropped());
  }

  /** The description in force. */
  Optional<RunDescription> description() {
    return description;
  }

  long incarnation() {
    return description.map(RunDescription::incarnation).orElse(0L);
  }

  boolean isRunning() {
    return description.filter(run -> run.phase() instanceof RunPhase.Running).isPresent();
  }

  void drop(DropReason reason) {
    dropped.add(reason);
    droppedCounts.merge(reason.tag(), 1L, Long::sum);
  }

  /** Drops something whose trainer can do better. */
  void refuse(DropReason kind, Refusal refusal) {
    drop(kind);
    refusals.add(new Transition.Refused(refusal, kind));
  }

  void forget() {
    description = Optional.empty();
    waiting.clear();
    clear();
  }

  /** The run's trainer has been silent for a whole lease. */
  void lose() {
    lostAtMillis = OptionalLong.of(nowMillis);
  }

  /** The run's trainer has said something. */
  void find() {
    lostAtMillis = OptionalLong.empty();
  }

  /** Lets the description in force be published again, behind one that says less. */
  void restate() {
    restates = true;
  }

  /** Begins a new incarnation and returns the outcomes that waited for it. */
  List<Arrival> startOver(RunDescription next) {
    clear();
    description = Optional.of(next);
    return waiting.releaseUpTo(next.incarnation());
  }

  /** Takes over a changed description of the same incarnation. */
  void describe(RunDescription known, RunDescription next) {
    if (controls.policy().isEmpty() && !next.policy().equals(known.policy())) {
      tracks = tracks.handedOver();
    }
    tracks = tracks.withoutChanged(known.shadows(), next.shadows());
    description = Optional.of(next);
    if (!isRunning()) {
      abandonOpenSteps();
    }
  }

  /** Obeys somebody, from the next decision on. */
  void control(Control control) {
    controls = controls.with(control);
    if (control.command() instanceof Control.Command.ChangePolicy) {
      tracks = tracks.handedOver();
    }
  }

  /** Keeps an outcome for a description to come. */
  void keepWaiting(Arrival arrival) {
    waiting.keep(arrival, this::drop);
  }

  /** Takes an outcome of the run as described, and decides what it completes. */
  void take(RunDescription run, Arrival arrival) {
    long step = arrival.step();
    if (steps.isClosed(step)) {
      drop(DropReason.LATE);
      alphas.learn(step, arrival.layer(), arrival.finding());
    } else if (!steps.take(arrival)) {
      drop(DropReason.DUPLICATE);
    } else if (steps.isComplete(step, run.layers())) {
      decide(run, step, Trigger.COMPLETE);
    } else if (steps.openCount() > limits.maxOpenSteps()) {
      decide(run, steps.oldestOpen(), Trigger.OVERFLOW);
    }
  }

  /** Decides the newest of {@code due} that is still open, which closes the others too. */
  void decideNewestOf(RunDescription run, Set<Long> due) {
    steps.newestOpenOf(due).ifPresent(step -> decide(run, step, Trigger.DEADLINE));
  }

  Transition finish() {
    boolean nothingLeft = description.isEmpty() && waiting.isEmpty();
    RunState after = state(before.liveness().changedAtMillis(), before.dropped());
    if (!after.equals(before)) {
      after = nothingLeft ? RunState.EMPTY : state(nowMillis, droppedCounts);
    } else if (!nothingLeft) {
      // To have dropped something is no sign of life.
      after = state(before.liveness().changedAtMillis(), droppedCounts);
    }
    return new Transition(
        after, made, withheld, dropped, refusals, restates ? description : Optional.empty());
  }

  private RunState state(long changedAtMillis, SortedMap<String, Long> counts) {
    return new RunState(
        description,
        steps.asSteps(),
        alphas.frozen(),
        waiting.asList(),
        controls,
        tracks,
        new Liveness(changedAtMillis, lostAtMillis),
        counts);
  }

  private void abandonOpenSteps() {
    for (int left = steps.abandonOpen(); left > 0; left--) {
      drop(DropReason.ENDED_STEP);
    }
  }

  private void clear() {
    abandonOpenSteps();
    steps.startOver();
    alphas.clear();
    controls = Controls.NONE;
    tracks = PolicyTracks.NONE;
    find();
  }

  private void decide(RunDescription run, long step, Trigger trigger) {
    SortedMap<Long, OpenStep> closed = steps.close(step);
    closed.forEach(
        (at, entry) ->
            entry.findings().forEach((layer, finding) -> alphas.learn(at, layer, finding)));
    for (int overtaken = closed.size() - 1; overtaken > 0; overtaken--) {
      drop(DropReason.OVERTAKEN_STEP);
    }
    OpenStep entry = closed.get(step);
    List<String> missing =
        run.layers().stream()
            .filter(layer -> layer.reasonWithoutAlpha().isEmpty())
            .map(LayerDescription::name)
            .filter(layer -> !entry.findings().containsKey(layer))
            .toList();
    DecisionInput input =
        new DecisionInput(
            run,
            new DueStep(step, entry.epoch(), missing, steps.nextRevision()),
            PolicyInForce.of(run, controls, tracks.inForce()),
            alphas.frozen(),
            toldRate);
    DecisionMaker.Result result = maker.decide(input);
    note(input, result, trigger);
    if (result instanceof DecisionMaker.Result.Made counts) {
      tracks = tracks.withInForce(counts.track());
      steps.decided(input.due());
      decideShadows(input, trigger);
    }
  }

  private void decideShadows(DecisionInput input, Trigger trigger) {
    input
        .run()
        .shadows()
        .forEach(
            (name, policy) -> {
              DecisionInput own = input.by(PolicyInForce.shadow(name, policy, tracks.shadow(name)));
              DecisionMaker.Result result = maker.decide(own);
              note(own, result, trigger);
              if (policy.remembers() && result instanceof DecisionMaker.Result.Made shown) {
                tracks = tracks.withShadow(name, shown.track());
              }
            });
  }

  private void note(DecisionInput input, DecisionMaker.Result result, Trigger trigger) {
    if (result instanceof DecisionMaker.Result.Made decided) {
      made.add(new Transition.Made(decided.decision(), trigger));
    } else if (result instanceof DecisionMaker.Result.Withheld refused) {
      withheld.add(
          "run=%s incarnation=%d step=%d%s reason=\"%s\""
              .formatted(
                  input.run().run(),
                  input.run().incarnation(),
                  input.due().step(),
                  input.policy().shadow().map(name -> " shadow=" + name).orElse(""),
                  refused.reason()));
    }
  }
}
