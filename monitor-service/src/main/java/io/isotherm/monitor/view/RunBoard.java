package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * All runs that are known. One thread feeds it, any number may read; a reader gets a copy, so that
 * a slow one holds up nobody.
 *
 * <p>Full of runs, it forgets the one heard of longest ago, those that run last of all.
 */
public final class RunBoard {

  private static final Comparator<RunView> FIRST_TO_GO =
      Comparator.comparing(RunView::running).thenComparing(RunView::updated);

  /** Does not change while runs report, so that a list of them stands still. */
  private static final Comparator<RunView> NEWEST_FIRST =
      Comparator.comparing(RunView::running)
          .thenComparing(RunView::incarnation)
          .reversed()
          .thenComparing(RunView::name);

  private final Limits limits;
  private final InstantSource clock;
  private final RunListener listener;
  private final Map<String, RunView> runs = new HashMap<>();
  private long version;
  private boolean live;

  /**
   * An empty board.
   *
   * @param listener is called on the feeding thread
   */
  public RunBoard(Limits limits, InstantSource clock, RunListener listener) {
    this.limits = limits;
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Takes a description.
   *
   * @param at when the record was written
   */
  public Reception describe(RunDescription description, Instant at) {
    return apply(
        description.run(),
        at,
        run -> run.describe(description),
        (run, head) -> new RunUpdate.Described(run.version(), head));
  }

  /**
   * Takes a trainer's progress.
   *
   * @param at when the record was written
   */
  public Reception progress(Progress progress, Instant at) {
    return apply(
        progress.run(),
        at,
        run -> run.progress(progress, live),
        (run, head) -> new RunUpdate.Progressed(run.version(), head, progress));
  }

  /**
   * Takes a layer's outcome.
   *
   * @param at when the record was written
   */
  public Reception answered(LayerOutcome outcome, Instant at) {
    return apply(
        outcome.snapshot().run(),
        at,
        run -> run.answered(outcome, live),
        (run, head) ->
            new RunUpdate.Answered(run.version(), head, run.row(outcome.snapshot().layer())));
  }

  /**
   * Takes a decision.
   *
   * @param at when the record was written
   */
  public Reception decided(Decision decision, Instant at) {
    return apply(
        decision.run(),
        at,
        run -> run.decided(decision, live),
        (run, head) -> new RunUpdate.Decided(run.version(), head, run.row(decision), run.rows()));
  }

  /**
   * Takes the decision of a shadow policy.
   *
   * @param at when the record was written
   */
  public Reception shadowed(Decision decision, Instant at) {
    return apply(
        decision.run(),
        at,
        run -> run.shadowed(decision, live),
        (run, head) ->
            new RunUpdate.Shadowed(
                run.version(),
                head,
                decision.shadow().orElseThrow(),
                decision.step(),
                run.weightLayers(decision)));
  }

  /**
   * Says that what follows happens now. Until then it is history: what an older incarnation said
   * before the newest one took over is part of its run's curves.
   */
  public synchronized void live() {
    live = true;
  }

  /** Forgets a run whose description was deleted. */
  public synchronized Reception forget(String run) {
    return runs.remove(run) == null ? Reception.IGNORED : Reception.TAKEN;
  }

  /** All runs: those that run first, then by incarnation, the newest first. */
  public synchronized List<RunHead> runs() {
    Instant now = clock.instant();
    return runs.values().stream().sorted(NEWEST_FIRST).map(run -> run.head(now)).toList();
  }

  /** Whether the run is known. */
  public synchronized boolean knows(String run) {
    return runs.containsKey(run);
  }

  /** One run with its history; empty if it is not known. */
  public synchronized Optional<RunPage> run(String run) {
    return Optional.ofNullable(runs.get(run)).map(known -> known.page(clock.instant()));
  }

  private Reception apply(
      String name, Instant at, Function<RunView, Reception> change, UpdateFactory updateFactory) {
    Optional<RunUpdate> update = Optional.empty();
    Reception reception;
    synchronized (this) {
      Optional<RunView> admitted = admit(name, at);
      if (admitted.isEmpty()) {
        return Reception.IGNORED;
      }
      RunView run = admitted.get();
      long before = run.incarnation();
      reception = change.apply(run);
      if (reception != Reception.TAKEN) {
        return reception;
      }
      version++;
      run.touched(at, version);
      if (listener.wants(name)) {
        RunHead head = run.head(clock.instant());
        update =
            Optional.of(
                run.incarnation() == before
                    ? updateFactory.update(run, head)
                    : new RunUpdate.Described(version, head));
      }
    }
    update.ifPresent(listener::changed);
    return reception;
  }

  /** The run's view, new if there is room or someone else can go; empty if all others are newer. */
  private Optional<RunView> admit(String name, Instant at) {
    RunView known = runs.get(name);
    if (known != null) {
      return Optional.of(known);
    }
    RunView run = new RunView(name, limits);
    if (runs.size() >= limits.runs()) {
      Map.Entry<String, RunView> victim =
          runs.entrySet().stream().min(Map.Entry.comparingByValue(FIRST_TO_GO)).orElseThrow();
      if (victim.getValue().updated().isAfter(at)) {
        return Optional.empty();
      }
      runs.remove(victim.getKey());
    }
    runs.put(name, run);
    return Optional.of(run);
  }

  @FunctionalInterface
  private interface UpdateFactory {
    RunUpdate update(RunView run, RunHead head);
  }
}
