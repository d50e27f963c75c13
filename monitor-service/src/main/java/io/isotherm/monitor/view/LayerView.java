package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.LayerRate;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.contracts.spectrum.Outcome;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SortedMap;

/** One weight layer of a run. */
final class LayerView {

  private final String name;
  private final Optional<LayerDescription> description;
  private final Series alpha;
  private final Series factor;
  private final Series learningRate;
  private Optional<LayerOutcome> newest = Optional.empty();
  private Optional<LayerRow.Spectrum> spectrum = Optional.empty();
  private Optional<LayerRate> rate = Optional.empty();

  LayerView(String name, Optional<LayerDescription> description, int points) {
    this.name = name;
    this.description = description;
    this.alpha = new Series(points);
    this.factor = new Series(points);
    this.learningRate = new Series(points);
  }

  private LayerView(LayerView other, LayerDescription description) {
    this.name = other.name;
    this.description = Optional.of(description);
    this.alpha = other.alpha;
    this.factor = other.factor;
    this.learningRate = other.learningRate;
    this.newest = other.newest;
    this.spectrum = other.spectrum;
    this.rate = other.rate;
  }

  /** The same layer, now that its description is known. */
  LayerView describedAs(LayerDescription layer) {
    return new LayerView(this, layer);
  }

  void answered(LayerOutcome outcome) {
    SnapshotId snapshot = outcome.snapshot();
    if (newest.isPresent() && newest.get().snapshot().isNewerThan(snapshot)) {
      return;
    }
    newest = Optional.of(outcome);
    if (outcome.outcome() instanceof Outcome.Analysed fit) {
      spectrum = Optional.of(new LayerRow.Spectrum(snapshot.step(), snapshot.epoch(), fit));
      alpha.add(snapshot.incarnation(), snapshot.step(), fit.alpha());
    }
  }

  void decided(long incarnation, long step, LayerRate newRate) {
    rate = Optional.of(newRate);
    factor.add(incarnation, step, newRate.factor());
    learningRate.add(incarnation, step, newRate.learningRate());
  }

  /** What is known now, with what the run knows of the layer. */
  LayerRow row(
      OptionalDouble factorInForce,
      OptionalDouble weightDecayFactorInForce,
      SortedMap<String, LayerRate> shadows) {
    return new LayerRow(
        name,
        description.map(LayerDescription::kind),
        description.map(LayerDescription::shape).orElse(List.of()),
        description.flatMap(LayerDescription::normLayer),
        description.map(LayerDescription::block).orElse(OptionalInt.empty()),
        newest.map(LayerView::shown),
        spectrum,
        rate,
        factorInForce,
        weightDecayFactorInForce,
        shadows);
  }

  /** The same with the layer's history. */
  LayerPage page(LayerRow row) {
    return new LayerPage(row, alpha.points(), factor.points(), learningRate.points());
  }

  private static LayerRow.NewestOutcome shown(LayerOutcome outcome) {
    long step = outcome.snapshot().step();
    int epoch = outcome.snapshot().epoch();
    Outcome what = outcome.outcome();
    if (what instanceof Outcome.Skipped skipped) {
      return new LayerRow.NewestOutcome(step, epoch, "skipped", skipped.reason());
    } else if (what instanceof Outcome.Superseded superseded) {
      return new LayerRow.NewestOutcome(
          step, epoch, "superseded", "by the snapshot of step " + superseded.byStep());
    } else if (what instanceof Outcome.Failed failed) {
      return new LayerRow.NewestOutcome(step, epoch, "failed", failed.cause());
    }
    return new LayerRow.NewestOutcome(step, epoch, "analysed", "");
  }
}
