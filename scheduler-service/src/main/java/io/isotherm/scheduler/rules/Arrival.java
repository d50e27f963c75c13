package io.isotherm.scheduler.rules;

import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.methods.EstimatorSpec;
import io.isotherm.methods.Metrics;
import java.util.Set;

/**
 * The part of a layer's outcome that decisions depend on.
 *
 * @param incarnation of the run
 * @param step of the snapshot
 * @param epoch of the snapshot
 * @param layer names the layer
 * @param estimator how alpha was measured
 * @param news about the layer's alpha
 */
public record Arrival(
    long incarnation, long step, int epoch, String layer, EstimatorSpec estimator, News news) {

  /** Leaves out what no decision needs, so that a run's state stays small. */
  public static Arrival of(LayerOutcome outcome) {
    return new Arrival(
        outcome.snapshot().incarnation(),
        outcome.snapshot().step(),
        outcome.snapshot().epoch(),
        outcome.snapshot().layer(),
        outcome.estimator(),
        News.of(outcome.outcome()));
  }

  /** The same without numbers that its estimator is not known to report. */
  Arrival reported() {
    if (news instanceof News.Measured measured) {
      Set<String> names = Metrics.reportedBy(estimator);
      return new Arrival(
          incarnation, step, epoch, layer, estimator, measured.only(names::contains));
    }
    return this;
  }
}
