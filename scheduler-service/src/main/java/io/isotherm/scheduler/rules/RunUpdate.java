package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.scheduler.rules.RunState.LastDecision;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
  private final SortedMap<String, LayerAlpha> alphas;
  private final TreeMap<Long, OpenStep> open;
  private long closedThrough;
  private LastDecision last;
  private final Deque<Arrival> waiting;

  private final List<Transition.Made> made = new ArrayList<>();
  private final List<String> withheld = new ArrayList<>();
  private final List<DropReason> dropped = new ArrayList<>();

  RunUpdate(RunState before, Limits limits, DecisionMaker maker) {
    this.before = before;
    this.limits = limits;
    this.maker = maker;
    this.description = before.description().orElse(null);
    this.alphas = new TreeMap<>(before.alphas());
    this.open = new TreeMap<>(before.open());
    this.closedThrough = before.closedThrough();
    this.last = before.last().orElse(null);
    this.waiting = new ArrayDeque<>(before.waiting());
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
    description = next;
    if (!isRunning()) {
      closeUndecided();
    }
  }

  /** Keeps an outcome for a description to come; only those of the newest incarnation. */
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
    waiting.addLast(arrival);
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
      learn(step, arrival.layer(), arrival.news());
      return;
    }
    OpenStep entry = open.getOrDefault(step, new OpenStep(arrival.epoch(), new TreeMap<>()));
    if (entry.news().containsKey(arrival.layer())) {
      drop(DropReason.DUPLICATE);
      return;
    }
    entry = entry.with(arrival.layer(), arrival.news());
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
    RunState after = state(before.changedAtMillis());
    if (!after.equals(before)) {
      boolean nothingLeft = description == null && waiting.isEmpty();
      after = nothingLeft ? RunState.EMPTY : state(nowMillis);
    }
    return new Transition(after, made, withheld, dropped);
  }

  private RunState state(long changedAtMillis) {
    return new RunState(
        RunState.VERSION,
        Optional.ofNullable(description),
        alphas,
        open,
        closedThrough,
        Optional.ofNullable(last),
        List.copyOf(waiting),
        changedAtMillis);
  }

  private void closeUndecided() {
    open.keySet().forEach(step -> drop(DropReason.ENDED_STEP));
    open.clear();
  }

  private void clear() {
    alphas.clear();
    closeUndecided();
    closedThrough = -1;
    last = null;
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
    var result = maker.decide(description, step, entry.epoch(), alphas, missing, revision);
    if (result instanceof DecisionMaker.Result.Made decided) {
      last = new LastDecision(revision, step);
      made.add(new Transition.Made(decided.decision(), trigger));
    } else if (result instanceof DecisionMaker.Result.Withheld kept) {
      withheld.add(
          "run=%s incarnation=%d step=%d reason=%s"
              .formatted(description.run(), description.incarnation(), step, kept.reason()));
    }
  }

  private void learn(long step, String layer, News news) {
    LayerAlpha known = alphas.get(layer);
    if (known != null && known.step() >= step) {
      return;
    }
    if (news instanceof News.Measured measured) {
      alphas.put(layer, new LayerAlpha(step, OptionalDouble.of(measured.alpha())));
    } else if (news instanceof News.Unusable) {
      alphas.put(layer, new LayerAlpha(step, OptionalDouble.empty()));
    }
  }
}
