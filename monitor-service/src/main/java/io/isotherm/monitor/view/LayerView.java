package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
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
  private final int spectrumBins;
  private final ThinnedSeries alpha;
  private final ThinnedSeries factor;
  private final ThinnedSeries learningRate;
  private final Newest<LayerRow.NewestOutcome> newest = new Newest<>();
  private final Newest<LayerRow.Spectrum> spectrum = new Newest<>();
  private final Newest<LayerRate> rate = new Newest<>();
  private Optional<LayerDescription> description = Optional.empty();

  /**
   * A layer that nothing is known of yet.
   *
   * @param points of each series
   * @param spectrumBins of the newest spectrum
   */
  LayerView(String name, int points, int spectrumBins, IncarnationHistory incarnations) {
    this.name = name;
    this.spectrumBins = spectrumBins;
    this.alpha = new ThinnedSeries(points, incarnations);
    this.factor = new ThinnedSeries(points, incarnations);
    this.learningRate = new ThinnedSeries(points, incarnations);
  }

  void describe(LayerDescription layer) {
    description = Optional.of(layer);
  }

  void answered(LayerOutcome outcome, RecordOrigin origin) {
    SnapshotId snapshot = outcome.snapshot();
    Position position = new Position(snapshot.incarnation(), snapshot.step(), origin.offset());
    newest.offer(position, LayerRow.NewestOutcome.of(outcome));
    if (outcome.outcome() instanceof Outcome.Analysed fit) {
      spectrum.offer(position, LayerRow.Spectrum.of(snapshot, fit, spectrumBins));
      add(alpha, position, fit.alpha(), origin);
    }
  }

  void decided(Decision decision, LayerRate newRate, RecordOrigin origin) {
    Position position = new Position(decision.incarnation(), decision.step(), origin.offset());
    rate.offer(position, newRate);
    add(factor, position, newRate.factor(), origin);
    newRate.learningRate().ifPresent(rate -> add(learningRate, position, rate, origin));
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
        description.map(LayerDescription::normLayers).orElse(List.of()),
        description.map(LayerDescription::block).orElse(OptionalInt.empty()),
        description.flatMap(LayerDescription::reasonWithoutAlpha),
        newest.value(),
        spectrum.value(),
        rate.value(),
        factorInForce,
        weightDecayFactorInForce,
        shadows);
  }

  /** The same with the layer's history. */
  LayerDetails details(LayerRow row) {
    return new LayerDetails(row, alpha.points(), factor.points(), learningRate.points());
  }

  private static void add(ThinnedSeries series, Position at, double value, RecordOrigin origin) {
    if (origin.history()) {
      series.addHistory(at.incarnation(), at.step(), value);
    } else {
      series.add(at.incarnation(), at.step(), value);
    }
  }
}
