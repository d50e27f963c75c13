package io.isotherm.monitor.view;

import io.isotherm.contracts.Topic;
import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.refusal.Refusal;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.kafka.reading.NewestDescriptions;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is remembered of one run. Messages of different topics come in any order, so each may be the
 * first that is heard of the run or of its newer incarnation; and those of one topic come forwards
 * from near its end, and behind them history from newer to older. Not thread-safe.
 */
final class RememberedRun {

  private final String run;
  private final IncarnationHistory incarnations = new IncarnationHistory();
  private final TrainingHistory training;
  private final DecisionHistory decisions;
  private final ShadowDecisions shadows = new ShadowDecisions();
  private final RefusalHistory refusals = new RefusalHistory();
  private final LayerViews layers;
  private final NewestDescriptions descriptions = new NewestDescriptions();
  private OutcomeCounts outcomes = OutcomeCounts.NONE;
  private Instant updated = Instant.EPOCH;
  private Instant trainerSaidAt = Instant.EPOCH;
  private long version;

  RememberedRun(String run, MemoryLimits limits) {
    this.run = run;
    this.training = new TrainingHistory(limits.progressPoints(), incarnations);
    this.decisions = new DecisionHistory(limits.decisions());
    this.layers = new LayerViews(limits, incarnations);
  }

  String name() {
    return run;
  }

  long incarnation() {
    return incarnations.newest();
  }

  /** When the newest message of the run was written. */
  Instant updated() {
    return updated;
  }

  long version() {
    return version;
  }

  Disposition describe(RunDescription newer, Instant saidAt) {
    // Of a newer incarnation than all descriptions', other topics can have told before.
    if (newer.incarnation() < incarnations.newest()) {
      return Disposition.FENCED;
    }
    // After its end nothing more is told of an incarnation; a late "running" is a repetition.
    boolean isRunning = newer.phase() instanceof RunPhase.Running;
    boolean hasEnded =
        newer.incarnation() == incarnations.newest()
            && describedPhase().filter(phase -> !(phase instanceof RunPhase.Running)).isPresent();
    if (isRunning && hasEnded) {
      return Disposition.IGNORED;
    }
    if (!descriptions.add(newer)) {
      return Disposition.FENCED;
    }
    enter(newer.incarnation());
    if (isRunning) {
      trainerSaid(saidAt);
    }
    layers.describe(newer.layers());
    shadows.retain(newer.shadows().keySet());
    return Disposition.TAKEN;
  }

  /**
   * Whether the run is over with the deletion of its description: one that buries an incarnation
   * says nothing about a newer one, nor about one that has ended.
   */
  Disposition buried(OptionalLong incarnation) {
    if (incarnation.isPresent() && incarnation.getAsLong() < incarnations.newest()) {
      return Disposition.FENCED;
    }
    descriptions.bury(run, incarnation);
    return description().isEmpty() ? Disposition.TAKEN : Disposition.IGNORED;
  }

  Disposition progress(Progress newer, RecordOrigin origin, boolean live, Instant saidAt) {
    if (isFenced(Topic.PROGRESS, newer.incarnation(), origin, live)) {
      return Disposition.FENCED;
    }
    enter(newer.incarnation());
    incarnations.heard(newer.incarnation(), newer.step());
    trainerSaid(saidAt);
    training.progress(newer, origin);
    decisions.applied(newer.incarnation(), newer.applied());
    return Disposition.TAKEN;
  }

  Disposition answered(LayerOutcome outcome, RecordOrigin origin, boolean live, Instant saidAt) {
    long from = outcome.snapshot().incarnation();
    if (isFenced(Topic.SPECTRA, from, origin, live)) {
      return Disposition.FENCED;
    }
    enter(from);
    Optional<LayerView> layer = layer(outcome.snapshot().layer());
    if (layer.isEmpty()) {
      return Disposition.IGNORED;
    }
    incarnations.heard(from, outcome.snapshot().step());
    trainerSaid(saidAt);
    if (from == incarnations.newest()) {
      outcomes = outcomes.with(outcome.outcome());
    }
    layer.get().answered(outcome, origin);
    return Disposition.TAKEN;
  }

  Disposition decided(Decision decision, RecordOrigin origin, boolean live) {
    if (isFenced(Topic.LEARNING_RATES, decision.incarnation(), origin, live)) {
      return Disposition.FENCED;
    }
    if (decision.shadow().isPresent()) {
      return Disposition.IGNORED;
    }
    enter(decision.incarnation());
    if (!decisions.add(decision, origin)) {
      return Disposition.IGNORED;
    }
    incarnations.heard(decision.incarnation(), decision.step());
    for (LayerRate rate : decision.layers()) {
      if (rate.role() != LayerRate.Role.FOLLOWS) {
        layer(rate.layer()).ifPresent(layer -> layer.decided(decision, rate, origin));
      }
    }
    return Disposition.TAKEN;
  }

  /** Takes the decision of a shadow policy, if the description, when there is one, names it. */
  Disposition shadowed(Decision decision, RecordOrigin origin, boolean live) {
    if (isFenced(Topic.SHADOW_DECISIONS, decision.incarnation(), origin, live)) {
      return Disposition.FENCED;
    }
    String shadow = decision.shadow().orElse("");
    enter(decision.incarnation());
    boolean isKnown =
        describedPhase().isEmpty() || description().orElseThrow().shadows().containsKey(shadow);
    return !shadow.isEmpty() && isKnown && shadows.add(shadow, decision)
        ? Disposition.TAKEN
        : Disposition.IGNORED;
  }

  /** Takes a refusal, whichever incarnation it is told to: the reader is to see it. */
  Disposition refused(Refusal refusal, RecordOrigin origin) {
    refusals.add(refusal, origin);
    return Disposition.TAKEN;
  }

  /** Notes that a message was taken. */
  void touched(Instant writtenAt, long newVersion) {
    if (writtenAt.isAfter(updated)) {
      updated = writtenAt;
    }
    version = newVersion;
  }

  ShownPhase phase(Leases leases) {
    Optional<RunPhase> told = describedPhase();
    if (told.isPresent() && !(told.get() instanceof RunPhase.Running)) {
      return told.get() instanceof RunPhase.Finished ? ShownPhase.FINISHED : ShownPhase.FAILED;
    }
    if (leases.isExpired(trainerSaidAt, training.hasSpoken())) {
      return ShownPhase.LOST;
    }
    // Where only an older incarnation is described, a newer one has been heard of: it goes on.
    return description().isPresent() ? ShownPhase.RUNNING : ShownPhase.UNKNOWN;
  }

  IncarnationHistory incarnations() {
    return incarnations;
  }

  TrainingHistory training() {
    return training;
  }

  DecisionHistory decisions() {
    return decisions;
  }

  ShadowDecisions shadows() {
    return shadows;
  }

  RefusalHistory refusals() {
    return refusals;
  }

  LayerViews layers() {
    return layers;
  }

  OutcomeCounts outcomes() {
    return outcomes;
  }

  /** The newest description, which may be that of an older incarnation than the newest. */
  Optional<RunDescription> description() {
    return descriptions.of(run);
  }

  /** How the newest incarnation stands by its own description; empty if that has not been read. */
  Optional<RunPhase> describedPhase() {
    return description()
        .filter(newest -> newest.incarnation() == incarnations.newest())
        .map(RunDescription::phase);
  }

  private boolean isFenced(Topic topic, long incarnation, RecordOrigin origin, boolean live) {
    return !origin.history() && incarnations.fences(topic, incarnation, live);
  }

  private void enter(long incarnation) {
    if (incarnations.enter(incarnation)) {
      outcomes = OutcomeCounts.NONE;
    }
  }

  private void trainerSaid(Instant at) {
    if (at.isAfter(trainerSaidAt)) {
      trainerSaidAt = at;
    }
  }

  private Optional<LayerView> layer(String name) {
    return describedPhase().isPresent() ? layers.find(name) : layers.findOrAdd(name);
  }
}
