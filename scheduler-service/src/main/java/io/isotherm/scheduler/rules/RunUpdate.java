package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.Metrics;
import io.isotherm.methods.PolicyOptions;
import io.isotherm.methods.PolicySpec;
import io.isotherm.scheduler.rules.RunState.LastDecision;
import io.isotherm.spectra.policy.PolicyTrack;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** A run's state while one event is applied: the moves that {@link RunRules} chooses from. */
final class RunUpdate {

  private final RunState before;
  private final Limits limits;
  private final DecisionMaker maker;

  private RunDescription description;

  /** The state before has it too, until {@link #learn} or {@link #clear} make an own one. */
  private SortedMap<String, LayerAlpha> alphas;

  private boolean alphasAreOwn;
  private final TreeMap<Long, OpenStep> open;
  private long closedThrough;
  private LastDecision last;
  private final Deque<Arrival> waiting;
  private Optional<PolicyChange> policyChange;
  private Optional<Signature> hold;
  private PolicyTrack track;
  private final SortedMap<String, PolicyTrack> shadowTracks;
  private final SortedMap<String, Long> keptFrom;
  private final SortedMap<String, Long> droppedCounts;

  private final List<Transition.Made> made = new ArrayList<>();
  private final List<String> withheld = new ArrayList<>();
  private final List<DropReason> dropped = new ArrayList<>();

  RunUpdate(RunState before, Limits limits, DecisionMaker maker) {
    this.before = before;
    this.limits = limits;
    this.maker = maker;
    this.description = before.description().orElse(null);
    this.alphas = before.alphas();
    this.open = new TreeMap<>(before.open());
    this.closedThrough = before.closedThrough();
    this.last = before.last().orElse(null);
    this.waiting = new ArrayDeque<>(before.waiting());
    this.policyChange = before.policyChange();
    this.hold = before.hold();
    this.track = before.track();
    this.shadowTracks = new TreeMap<>(before.shadowTracks());
    this.keptFrom = new TreeMap<>(before.keptFrom());
    this.droppedCounts = new TreeMap<>(before.dropped());
  }

  /** The description in force, or null. */
  RunDescription description() {
    return description;
  }

  long incarnation() {
    return description == null ? 0 : description.incarnation();
  }

  boolean isRunning() {
    return description != null && description.phase() instanceof RunPhase.Running;
  }

  void drop(DropReason reason) {
    dropped.add(reason);
    droppedCounts.merge(reason.tag(), 1L, Long::sum);
  }

  void forget() {
    description = null;
    waiting.clear();
    clear();
  }

  /** Begins a new incarnation and returns the outcomes that waited for it. */
  List<Arrival> startOver(RunDescription next) {
    clear();
    description = next;
    List<Arrival> ready = new ArrayList<>();
    if (!waiting.isEmpty() && waiting.peekFirst().incarnation() <= next.incarnation()) {
      ready.addAll(waiting);
      waiting.clear();
    }
    return ready;
  }

  /** Takes over a changed description of the same incarnation. */
  void describe(RunDescription next) {
    Set<String> kept = metrics();
    if (policyChange.isEmpty() && !next.policy().equals(description.policy())) {
      track = track.handedOver();
    }
    shadowTracks
        .keySet()
        .removeIf(name -> !description.shadows().get(name).equals(next.shadows().get(name)));
    description = next;
    keepMoreThan(kept);
    if (!isRunning()) {
      closeUndecided();
    }
  }

  /** Obeys somebody, from the next decision on. */
  void control(Control control) {
    if (control.command() instanceof Control.Command.ChangePolicy change) {
      Set<String> kept = metrics();
      policyChange = Optional.of(new PolicyChange(change.policy(), control.signature()));
      track = track.handedOver();
      keepMoreThan(kept);
    } else {
      hold =
          control.command() instanceof Control.Command.Hold
              ? Optional.of(control.signature())
              : Optional.empty();
    }
  }

  /**
   * Keeps an outcome for a description to come; only those of the newest incarnation, and of their
   * numbers only what may be asked for.
   */
  void keepWaiting(Arrival arrival) {
    long newest = waiting.isEmpty() ? 0 : waiting.peekFirst().incarnation();
    if (arrival.incarnation() < newest) {
      drop(DropReason.OLDER_INCARNATION);
      return;
    }
    if (arrival.incarnation() > newest) {
      waiting.forEach(older -> drop(DropReason.OLDER_INCARNATION));
      waiting.clear();
    }
    waiting.addLast(arrival.reported());
    while (waiting.size() > limits.maxWaiting()) {
      waiting.removeFirst();
      drop(DropReason.WAITED_IN_VAIN);
    }
  }

  /** Takes an outcome of the run as described, and decides what it completes. */
  void take(Arrival arrival) {
    long step = arrival.step();
    if (step <= closedThrough) {
      drop(DropReason.LATE);
      learn(step, arrival.layer(), needed(arrival));
      return;
    }
    OpenStep entry =
        open.getOrDefault(step, new OpenStep(arrival.epoch(), Collections.emptySortedMap()));
    if (entry.news().containsKey(arrival.layer())) {
      drop(DropReason.DUPLICATE);
      return;
    }
    entry = entry.with(arrival.layer(), needed(arrival));
    open.put(step, entry);
    if (entry.news().size() == description.layers().size()) {
      decide(step, Trigger.COMPLETE);
    } else if (open.size() > limits.maxOpenSteps()) {
      decide(open.firstKey(), Trigger.OVERFLOW);
    }
  }

  /** Decides the newest of {@code steps} that is still open, which closes the others too. */
  void decideNewestOf(Set<Long> steps) {
    open.keySet().stream()
        .filter(steps::contains)
        .max(Long::compare)
        .ifPresent(step -> decide(step, Trigger.DEADLINE));
  }

  Transition finish(long nowMillis) {
    alphas = FrozenMap.of(alphas);
    boolean nothingLeft = description == null && waiting.isEmpty();
    RunState after = state(before.changedAtMillis(), before.dropped());
    if (!after.equals(before)) {
      after = nothingLeft ? RunState.EMPTY : state(nowMillis, droppedCounts);
    } else if (!nothingLeft) {
      // To have dropped something is no sign of life.
      after = state(before.changedAtMillis(), droppedCounts);
    }
    return new Transition(after, made, withheld, dropped);
  }

  private RunState state(long changedAtMillis, SortedMap<String, Long> counts) {
    return new RunState(
        RunState.VERSION,
        Optional.ofNullable(description),
        alphas,
        open,
        closedThrough,
        Optional.ofNullable(last),
        List.copyOf(waiting),
        changedAtMillis,
        policyChange,
        hold,
        track,
        shadowTracks,
        keptFrom,
        counts);
  }

  private PolicySpec policyInForce() {
    return policyChange.map(PolicyChange::policy).orElse(description.policy());
  }

  /** Which numbers of an outcome the run's policies need. */
  private Set<String> metrics() {
    Set<String> metrics = new HashSet<>(policyInForce().metrics());
    description.shadows().values().forEach(shadow -> metrics.addAll(shadow.metrics()));
    return metrics;
  }

  /** Notes from which step on every outcome has the numbers that nobody needed so far. */
  private void keepMoreThan(Set<String> kept) {
    if (!open.isEmpty()) {
      Set<String> more = metrics();
      more.removeAll(kept);
      more.remove(PolicyOptions.ALPHA);
      more.forEach(metric -> keptFrom.put(metric, open.lastKey() + 1));
    }
  }

  /** Whether outcomes at that step came before anybody needed what the policy is applied to. */
  private boolean isBlind(PolicySpec policy, long step) {
    return policy.metrics().stream().anyMatch(metric -> keptFrom.getOrDefault(metric, 0L) > step);
  }

  private void closeUndecided() {
    open.keySet().forEach(step -> drop(DropReason.ENDED_STEP));
    open.clear();
  }

  private void clear() {
    alphas = new TreeMap<>();
    alphasAreOwn = true;
    closeUndecided();
    closedThrough = -1;
    last = null;
    policyChange = Optional.empty();
    hold = Optional.empty();
    track = PolicyTrack.EMPTY;
    shadowTracks.clear();
    keptFrom.clear();
  }

  private void decide(long step, Trigger trigger) {
    OpenStep entry = open.get(step);
    NavigableMap<Long, OpenStep> closing = open.headMap(step, true);
    closing.forEach((at, closed) -> closed.news().forEach((layer, news) -> learn(at, layer, news)));
    for (int overtaken = closing.size() - 1; overtaken > 0; overtaken--) {
      drop(DropReason.OVERTAKEN_STEP);
    }
    closing.clear();
    closedThrough = step;

    List<String> missing =
        description.layers().stream()
            .map(LayerDescription::name)
            .filter(layer -> !entry.news().containsKey(layer))
            .toList();
    long revision = last == null ? 1 : last.revision() + 1;
    Situation situation =
        new Situation(
            description,
            policyInForce(),
            policyChange.map(PolicyChange::by),
            hold,
            isBlind(policyInForce(), step),
            Optional.empty(),
            step,
            entry.epoch(),
            alphas,
            missing,
            revision,
            track);
    decide(situation, trigger)
        .ifPresent(
            next -> {
              track = next;
              last = new LastDecision(revision, step);
              decideShadows(situation, trigger);
            });
    keptFrom.values().removeIf(from -> from <= step + 1);
  }

  private void decideShadows(Situation situation, Trigger trigger) {
    description
        .shadows()
        .forEach(
            (name, shadow) ->
                decide(
                        situation.asShadow(
                            name,
                            shadow,
                            isBlind(shadow, situation.step()),
                            shadowTracks.getOrDefault(name, PolicyTrack.EMPTY)),
                        trigger)
                    .filter(next -> shadow.remembers())
                    .ifPresent(next -> shadowTracks.put(name, next)));
  }

  /** What the policy remembers of the decision; empty if it was withheld. */
  private Optional<PolicyTrack> decide(Situation situation, Trigger trigger) {
    DecisionMaker.Result result = maker.decide(situation);
    if (result instanceof DecisionMaker.Result.Made decided) {
      made.add(new Transition.Made(decided.decision(), trigger));
      return Optional.of(decided.track());
    }
    withheld.add(
        "run=%s incarnation=%d step=%d%s reason=%s"
            .formatted(
                description.run(),
                description.incarnation(),
                situation.step(),
                situation.shadow().map(name -> " shadow=" + name).orElse(""),
                ((DecisionMaker.Result.Withheld) result).reason()));
    return Optional.empty();
  }

  /** The news without the numbers that no policy of the run needs. */
  private News needed(Arrival arrival) {
    if (!(arrival.news() instanceof News.Measured measured)) {
      return arrival.news();
    }
    Set<String> metrics = metrics();
    Double count = measured.numbers().get(Metrics.EIGENVALUE_COUNT);
    boolean asShaped =
        count != null && count == description.layer(arrival.layer()).eigenvalueCount();
    return measured.only(
        name -> metrics.contains(name) || (name.equals(Metrics.EIGENVALUE_COUNT) && !asShaped));
  }

  private void learn(long step, String layer, News news) {
    LayerAlpha known = alphas.get(layer);
    if (known != null && known.step() >= step) {
      return;
    }
    if (news instanceof News.Unchanged) {
      return;
    }
    if (!alphasAreOwn) {
      alphas = new TreeMap<>(alphas);
      alphasAreOwn = true;
    }
    if (news instanceof News.Measured measured) {
      alphas.put(
          layer, new LayerAlpha(step, OptionalDouble.of(measured.alpha()), measured.numbers()));
    } else {
      alphas.put(layer, new LayerAlpha(step, OptionalDouble.empty()));
    }
  }
}
