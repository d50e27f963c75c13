package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.spectrum.LayerOutcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All runs that are known. One thread feeds it, any number may read; a reader gets a copy, so that
 * a slow one holds up nobody.
 *
 * <p>Full of runs, it forgets the one heard of longest ago: first of the lost ones, then of those
 * that have ended, and last of all of those that run.
 */
public final class MonitoredRuns {

  private final Leases leases;
  private final BoundedRuns runs;
  private final InstantSource clock;
  private final RunListener listener;
  private final Set<String> filled = new HashSet<>();
  private Set<String> lost = Set.of();
  private long version;
  private boolean live;

  /**
   * Knows nothing yet.
   *
   * @param lease for how long a run may be silent before it is lost
   * @param listener is called on the feeding thread
   */
  public MonitoredRuns(
      MemoryLimits limits, Duration lease, InstantSource clock, RunListener listener) {
    this.leases = new Leases(lease);
    this.runs = new BoundedRuns(limits, leases);
    this.clock = clock;
    this.listener = listener;
  }

  /** Takes a description. */
  public Disposition describe(RunDescription description, RecordOrigin origin) {
    return apply(
        description.run(),
        origin,
        run -> run.describe(description, saidAt(origin)),
        (run, head) -> new RunEvent.Described(version, head));
  }

  /** Takes a trainer's progress, which renews the run's lease. */
  public Disposition progress(Progress progress, RecordOrigin origin) {
    return apply(
        progress.run(),
        origin,
        run -> run.progress(progress, origin, live, saidAt(origin)),
        (run, head) -> new RunEvent.Progressed(version, head, progress));
  }

  /** Takes a layer's outcome: its snapshot has renewed the run's lease. */
  public Disposition answered(LayerOutcome outcome, RecordOrigin origin) {
    return apply(
        outcome.snapshot().run(),
        origin,
        run -> run.answered(outcome, origin, live, saidAt(origin)),
        (run, head) -> new RunEvent.Answered(version, head, run.row(outcome.snapshot().layer())));
  }

  /** Takes a decision. */
  public Disposition decided(Decision decision, RecordOrigin origin) {
    return apply(
        decision.run(),
        origin,
        run -> run.decided(decision, origin, live),
        (run, head) ->
            new RunEvent.Decided(version, head, run.row(decision), run.weightLayers(decision)));
  }

  /** Takes the decision of a shadow policy. */
  public Disposition shadowed(Decision decision, RecordOrigin origin) {
    return apply(
        decision.run(),
        origin,
        run -> run.shadowed(decision, origin, live),
        (run, head) ->
            new RunEvent.Shadowed(
                version,
                head,
                decision.shadow().orElseThrow(),
                decision.step(),
                run.weightLayers(decision)));
  }

  /** Takes what a service could not use of a run. */
  public Disposition refused(Refusal refusal, RecordOrigin origin) {
    return apply(
        refusal.run(),
        origin,
        run -> run.refused(refusal, origin),
        (run, head) -> new RunEvent.Refused(version, head, run.refusals()));
  }

  /**
   * Forgets a run whose description was deleted.
   *
   * @param incarnation up to which the run is buried; empty for all
   */
  public synchronized Disposition forget(String run, OptionalLong incarnation) {
    Disposition disposition =
        runs.find(run).map(known -> known.buried(incarnation)).orElse(Disposition.IGNORED);
    if (disposition == Disposition.TAKEN) {
      runs.remove(run);
    }
    return disposition;
  }

  /**
   * Says that what follows happens now, history aside. Until then what an older incarnation said
   * before the newest one took over is part of its run's curves, and there is room for more runs.
   */
  public synchronized void live() {
    live = true;
    runs.closeRoomForMore();
  }

  /**
   * Says that all that was written before {@code now} has been read, history aside: a run that is
   * silent is so of its own. Watchers hear of those that are lost by now.
   */
  public void heardAllUpTo(Instant now) {
    List<RunEvent> events;
    synchronized (this) {
      leases.heardAllUpTo(now);
      Set<String> before = lost;
      lost =
          runs.stream()
              .filter(run -> run.phase(leases) == ShownPhase.LOST)
              .map(RememberedRun::name)
              .collect(Collectors.toSet());
      Set<String> after = lost;
      events =
          described(
              Stream.concat(before.stream(), after.stream())
                  .filter(run -> before.contains(run) != after.contains(run))
                  .toList());
    }
    events.forEach(listener::changed);
  }

  /** Tells those who watch a run to which history was added since the last call. */
  public void tellFilled() {
    List<RunEvent> events;
    synchronized (this) {
      events = described(filled);
      filled.clear();
    }
    events.forEach(listener::changed);
  }

  /** Says that all that was on the broker before the start has been read. */
  public void historyRead() {
    List<RunEvent> events;
    synchronized (this) {
      leases.historyRead();
      filled.clear();
      events = described(runs.stream().map(RememberedRun::name).toList());
    }
    events.forEach(listener::changed);
  }

  /** All runs: those that run first, then by incarnation, the newest first. */
  public synchronized List<RunHead> runs() {
    return runs.runningFirst().map(this::head).toList();
  }

  /** Whether the run is known. */
  public synchronized boolean knows(String run) {
    return runs.find(run).isPresent();
  }

  /** One run with its history; empty if it is not known. */
  public synchronized Optional<RunDetails> run(String run) {
    return runs.find(run).map(known -> new RunView(known, leases).details(clock.instant()));
  }

  private Disposition apply(
      String name,
      RecordOrigin origin,
      Function<RememberedRun, Disposition> change,
      BiFunction<RunView, RunHead, RunEvent> event) {
    Optional<RunEvent> told = Optional.empty();
    synchronized (this) {
      Optional<RememberedRun> admitted = runs.admit(name, origin);
      if (admitted.isEmpty()) {
        return Disposition.IGNORED;
      }
      RememberedRun run = admitted.get();
      long before = run.incarnation();
      Disposition disposition = change.apply(run);
      if (disposition != Disposition.TAKEN) {
        return disposition;
      }
      version++;
      run.touched(origin.writtenAt(), version);
      if (origin.history()) {
        filled.add(name);
      } else if (listener.wants(name)) {
        told =
            Optional.of(
                run.incarnation() == before
                    ? event.apply(new RunView(run, leases), head(run))
                    : new RunEvent.Described(version, head(run)));
      }
    }
    told.ifPresent(listener::changed);
    return Disposition.TAKEN;
  }

  private Instant saidAt(RecordOrigin origin) {
    return leases.saidAt(origin, clock.instant());
  }

  private RunHead head(RememberedRun run) {
    return new RunView(run, leases).head(clock.instant());
  }

  /** What tells watchers to read these runs anew. */
  private List<RunEvent> described(Collection<String> names) {
    return names.stream()
        .filter(listener::wants)
        .flatMap(name -> runs.find(name).stream())
        .map(run -> (RunEvent) new RunEvent.Described(version, head(run)))
        .toList();
  }
}
