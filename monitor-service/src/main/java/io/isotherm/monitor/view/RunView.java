package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.contracts.spectrum.LayerOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * One run. Messages of different topics come in any order, so each may be the first that is heard
 * of the run or of its newer incarnation. Not thread-safe.
 */
final class RunView {

  private static final int MAX_TAKEOVERS = 50;

  private final String run;
  private final Limits limits;
  private final Series loss;
  private final Series accuracy;
  private final Series baseLearningRate;
  private final DecisionLog decisions;
  private final ShadowLog shadows = new ShadowLog();
  private final List<RunPage.Takeover> takeovers = new ArrayList<>();
  private Map<String, LayerView> layers = new LinkedHashMap<>();
  private Optional<RunDescription> description = Optional.empty();
  private Optional<Progress> progress = Optional.empty();
  private OptionalDouble newestLoss = OptionalDouble.empty();
  private OptionalDouble newestAccuracy = OptionalDouble.empty();
  private OutcomeCounts outcomes = OutcomeCounts.NONE;
  private long incarnation;
  private long progressIncarnation;
  private long outcomeIncarnation;
  private long decisionIncarnation;
  private long shadowIncarnation;
  private boolean takeoverStepOpen;
  private Instant updated = Instant.EPOCH;
  private long version;

  RunView(String run, Limits limits) {
    this.run = run;
    this.limits = limits;
    this.loss = new Series(limits.progressPoints());
    this.accuracy = new Series(limits.progressPoints());
    this.baseLearningRate = new Series(limits.progressPoints());
    this.decisions = new DecisionLog(limits.decisions());
  }

  /** Whether the run is known to go on. */
  boolean running() {
    return description.isPresent() && description.get().phase() instanceof RunPhase.Running;
  }

  Instant updated() {
    return updated;
  }

  long version() {
    return version;
  }

  String name() {
    return run;
  }

  long incarnation() {
    return incarnation;
  }

  Reception describe(RunDescription newer) {
    if (newer.incarnation() < incarnation) {
      return Reception.FENCED;
    }
    // After its end nothing more is told of an incarnation; a late "running" is a repetition.
    if (description.isPresent()
        && description.get().incarnation() == newer.incarnation()
        && newer.phase() instanceof RunPhase.Running
        && !running()) {
      return Reception.IGNORED;
    }
    enter(newer.incarnation());
    description = Optional.of(newer);
    Map<String, LayerView> described = new LinkedHashMap<>();
    for (LayerDescription layer : newer.layers()) {
      LayerView known = layers.get(layer.name());
      described.put(
          layer.name(),
          known == null
              ? new LayerView(
                  layer.name(), Optional.of(layer), limits.layerPoints(newer.layers().size()))
              : known.describedAs(layer));
    }
    layers = described;
    shadows.retain(newer.shadows().keySet());
    return Reception.TAKEN;
  }

  /**
   * Takes progress.
   *
   * @param live whether it was made just now; if not, an older incarnation's is history
   */
  Reception progress(Progress newer, boolean live) {
    if (fenced(newer.incarnation(), progressIncarnation, live)) {
      return Reception.FENCED;
    }
    progressIncarnation = newer.incarnation();
    enter(newer.incarnation());
    seen(newer.incarnation(), newer.step());
    if (newer.loss().isPresent()) {
      newestLoss = newer.loss();
      loss.add(newer.incarnation(), newer.step(), newer.loss().getAsDouble());
    }
    if (newer.accuracy().isPresent()) {
      newestAccuracy = newer.accuracy();
      accuracy.add(newer.incarnation(), newer.step(), newer.accuracy().getAsDouble());
    }
    baseLearningRate.add(newer.incarnation(), newer.step(), newer.baseLearningRate());
    decisions.applied(newer.incarnation(), newer.applied());
    if (newer.incarnation() == incarnation) {
      progress = Optional.of(newer);
    }
    return Reception.TAKEN;
  }

  /**
   * Takes a layer's outcome.
   *
   * @param live as for progress
   */
  Reception answered(LayerOutcome outcome, boolean live) {
    long from = outcome.snapshot().incarnation();
    if (fenced(from, outcomeIncarnation, live)) {
      return Reception.FENCED;
    }
    enter(from);
    Optional<LayerView> layer = layer(outcome.snapshot().layer());
    if (layer.isEmpty()) {
      return Reception.IGNORED;
    }
    outcomeIncarnation = from;
    seen(from, outcome.snapshot().step());
    if (from == incarnation) {
      outcomes = outcomes.with(outcome.outcome());
    }
    layer.get().answered(outcome);
    return Reception.TAKEN;
  }

  /**
   * Takes a decision.
   *
   * @param live as for progress
   */
  Reception decided(Decision decision, boolean live) {
    if (fenced(decision.incarnation(), decisionIncarnation, live)) {
      return Reception.FENCED;
    }
    if (decision.shadow().isPresent()) {
      return Reception.IGNORED;
    }
    decisionIncarnation = decision.incarnation();
    enter(decision.incarnation());
    if (!decisions.add(decision)) {
      return Reception.IGNORED;
    }
    seen(decision.incarnation(), decision.step());
    for (LayerRate rate : decision.layers()) {
      if (rate.role() != LayerRate.Role.FOLLOWS) {
        layer(rate.layer())
            .ifPresent(layer -> layer.decided(decision.incarnation(), decision.step(), rate));
      }
    }
    return Reception.TAKEN;
  }

  /**
   * Takes the decision of a shadow policy; one that the description does not name is passed over.
   *
   * @param live as for progress
   */
  Reception shadowed(Decision decision, boolean live) {
    if (fenced(decision.incarnation(), shadowIncarnation, live)) {
      return Reception.FENCED;
    }
    String shadow = decision.shadow().orElse("");
    shadowIncarnation = decision.incarnation();
    enter(decision.incarnation());
    boolean isKnown = !described() || description.orElseThrow().shadows().containsKey(shadow);
    if (shadow.isEmpty() || !isKnown || !shadows.add(shadow, decision)) {
      return Reception.IGNORED;
    }
    return Reception.TAKEN;
  }

  /** What a decision says of the weight layers that are shown. */
  Map<String, LayerRate> weightLayers(Decision decision) {
    Map<String, LayerRate> rates = new LinkedHashMap<>();
    for (LayerRate rate : decision.layers()) {
      if (layers.containsKey(rate.layer())) {
        rates.put(rate.layer(), rate);
      }
    }
    return rates;
  }

  /** Notes that a message was taken. */
  void touched(Instant at, long newVersion) {
    if (at.isAfter(updated)) {
      updated = at;
    }
    version = newVersion;
  }

  RunHead head(Instant now) {
    return new RunHead(
        run,
        incarnation,
        description.map(RunDescription::title).orElse(""),
        description.map(d -> phase(d.phase())).orElse("unknown"),
        description.flatMap(d -> cause(d.phase())),
        step(),
        totalSteps(),
        progress.map(p -> OptionalInt.of(p.epoch())).orElse(OptionalInt.empty()),
        newestLoss,
        newestAccuracy,
        progress.map(p -> OptionalDouble.of(p.baseLearningRate())).orElse(OptionalDouble.empty()),
        progress.map(Progress::counters),
        progress
            .map(p -> OptionalDouble.of(p.counters().stallShare()))
            .orElse(OptionalDouble.empty()),
        outcomes,
        decisions.lastStep(),
        decisions.staleness(),
        decisions.newest(incarnation).map(Decision::policy),
        decisions.newest(incarnation).flatMap(Decision::policyBy),
        decisions.newest(incarnation).flatMap(Decision::hold),
        Math.max(0, Duration.between(updated, now).toMillis()));
  }

  RunPage page(Instant now) {
    List<LayerPage> pages = new ArrayList<>(layers.size());
    layers.forEach((name, layer) -> pages.add(layer.page(row(name))));
    return new RunPage(
        version,
        head(now),
        description.map(RunDescription::schedule),
        description.map(RunDescription::policy),
        description.map(RunDescription::estimator),
        List.copyOf(takeovers),
        loss.points(),
        accuracy.points(),
        baseLearningRate.points(),
        decisions.rows(),
        pages);
  }

  LayerRow row(String layer) {
    return layers
        .get(layer)
        .row(
            inForce(Progress::factors, layer),
            inForce(Progress::weightDecayFactors, layer),
            shadows.of(layer));
  }

  List<LayerRow> rows() {
    return layers.keySet().stream().map(this::row).toList();
  }

  DecisionRow row(Decision decision) {
    return decisions.row(decision);
  }

  /**
   * Whether a message comes too late. On one topic a run's messages are in order, so that before
   * the feed is live only an incarnation older than the newest of its own topic is.
   */
  private boolean fenced(long from, long newestOfTopic, boolean live) {
    return from < (live ? incarnation : newestOfTopic);
  }

  private void enter(long newIncarnation) {
    if (newIncarnation <= incarnation) {
      return;
    }
    takeoverStepOpen = incarnation != 0;
    incarnation = newIncarnation;
    outcomes = OutcomeCounts.NONE;
    progress = Optional.empty();
  }

  /** The first step that is heard of a newer incarnation is where its mark stands. */
  private void seen(long from, long step) {
    if (from < incarnation) {
      takeoverStepOpen |= takeovers.isEmpty();
    } else if (takeoverStepOpen) {
      takeoverStepOpen = false;
      takeovers.add(new RunPage.Takeover(incarnation, step));
      if (takeovers.size() > MAX_TAKEOVERS) {
        takeovers.remove(0);
      }
    }
  }

  private Optional<LayerView> layer(String name) {
    LayerView known = layers.get(name);
    if (known == null && !described() && layers.size() < limits.undescribedLayers()) {
      known = new LayerView(name, Optional.empty(), limits.layerPoints());
      layers.put(name, known);
    }
    return Optional.ofNullable(known);
  }

  /** Whether the description that is known is that of the newest incarnation. */
  private boolean described() {
    return description.isPresent() && description.get().incarnation() == incarnation;
  }

  private OptionalDouble inForce(Function<Progress, Map<String, Double>> factors, String layer) {
    return progress.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(factors.apply(progress.get()).getOrDefault(layer, 1.0));
  }

  private OptionalLong step() {
    if (description.isPresent() && description.get().phase() instanceof RunPhase.Finished end) {
      return OptionalLong.of(end.steps());
    }
    return progress.map(p -> OptionalLong.of(p.step())).orElse(OptionalLong.empty());
  }

  private OptionalLong totalSteps() {
    if (description.isPresent()) {
      return OptionalLong.of(description.get().totalSteps());
    }
    return progress.map(p -> OptionalLong.of(p.totalSteps())).orElse(OptionalLong.empty());
  }

  private static String phase(RunPhase phase) {
    if (phase instanceof RunPhase.Finished) {
      return "finished";
    }
    return phase instanceof RunPhase.Failed ? "failed" : "running";
  }

  private static Optional<String> cause(RunPhase phase) {
    return phase instanceof RunPhase.Failed failed ? Optional.of(failed.cause()) : Optional.empty();
  }
}
