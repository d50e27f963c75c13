package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.progress.Progress;
import io.isotherm.contracts.run.RunDescription;
import io.isotherm.contracts.run.RunPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What is shown of one run: copies of what is remembered of it. Not thread-safe. */
final class RunView {

  private final RememberedRun run;
  private final Leases leases;

  RunView(RememberedRun run, Leases leases) {
    this.run = run;
    this.leases = leases;
  }

  RunHead head(Instant now) {
    ShownPhase phase = run.phase(leases);
    Optional<Progress> progress = run.training().progress();
    Optional<Decision> decision = run.decisions().newest(run.incarnation());
    return new RunHead(
        run.name(),
        run.incarnation(),
        run.description().map(RunDescription::title).orElse(""),
        phase.toString(),
        cause(),
        step(),
        totalSteps(),
        progress.map(p -> OptionalInt.of(p.epoch())).orElse(OptionalInt.empty()),
        run.training().loss(),
        run.training().accuracy(),
        progress.map(p -> OptionalDouble.of(p.baseLearningRate())).orElse(OptionalDouble.empty()),
        run.training().metrics(),
        progress.map(Progress::counters),
        progress
            .map(p -> OptionalDouble.of(p.counters().stallShare()))
            .orElse(OptionalDouble.empty()),
        run.outcomes(),
        run.refusals().count(),
        run.decisions().lastStep(),
        run.decisions().staleness(),
        decision.map(Decision::policy),
        decision.flatMap(Decision::policyBy),
        phase.hasEnded() ? Optional.empty() : decision.flatMap(Decision::hold),
        Math.max(0, Duration.between(run.updated(), now).toMillis()));
  }

  RunDetails details(Instant now) {
    return new RunDetails(
        run.version(),
        head(now),
        leases.hasReadHistory(),
        run.description().map(RunDescription::schedule),
        run.description().map(RunDescription::policy),
        run.description().map(RunDescription::estimator),
        run.incarnations().takeovers(),
        run.training().lossPoints(),
        run.training().accuracyPoints(),
        run.training().baseLearningRatePoints(),
        run.decisions().rows(),
        refusals(),
        run.layers().names().stream()
            .map(name -> run.layers().find(name).orElseThrow().details(row(name)))
            .toList());
  }

  LayerRow row(String layer) {
    return run.layers()
        .find(layer)
        .orElseThrow()
        .row(
            run.training().inForce(Progress::factors, layer),
            run.training().inForce(Progress::weightDecayFactors, layer),
            run.shadows().of(layer));
  }

  List<RefusalRow> refusals() {
    return run.refusals().newest();
  }

  DecisionRow row(Decision decision) {
    return run.decisions().row(decision);
  }

  /** What a decision says of the weight layers that are shown. */
  Map<String, LayerRate> weightLayers(Decision decision) {
    Map<String, LayerRate> rates = new LinkedHashMap<>();
    for (LayerRate rate : decision.layers()) {
      if (run.layers().find(rate.layer()).isPresent()) {
        rates.put(rate.layer(), rate);
      }
    }
    return rates;
  }

  private Optional<String> cause() {
    return run.describedPhase()
        .filter(RunPhase.Failed.class::isInstance)
        .map(phase -> ((RunPhase.Failed) phase).cause());
  }

  private OptionalLong step() {
    if (run.describedPhase().orElse(null) instanceof RunPhase.Finished end) {
      return OptionalLong.of(end.steps());
    }
    return run.training()
        .progress()
        .map(p -> OptionalLong.of(p.step()))
        .orElse(OptionalLong.empty());
  }

  private OptionalLong totalSteps() {
    if (run.description().isPresent()) {
      return OptionalLong.of(run.description().get().totalSteps());
    }
    return run.training()
        .progress()
        .map(p -> OptionalLong.of(p.totalSteps()))
        .orElse(OptionalLong.empty());
  }
}
