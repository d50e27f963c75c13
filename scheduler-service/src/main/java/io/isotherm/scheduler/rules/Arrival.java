package io.isotherm.scheduler.rules;

import com.fasterxml.jackson.annotation.JsonAlias;
import io.isotherm.contracts.spectrum.LayerOutcome;
import io.isotherm.methods.estimator.EstimatorSpec;

/**
 * The part of a layer's outcome that decisions depend on.
 *
 * @param incarnation of the run
 * @param step of the snapshot
 * @param epoch of the snapshot
 * @param layer names the layer
 * @param estimator how alpha was measured
 * @param finding about the layer's alpha
 */
public record Arrival(
    long incarnation,
    long step,
    int epoch,
    String layer,
    EstimatorSpec estimator,
    @JsonAlias("news") LayerFinding finding) {

  /** Leaves out what no policy can be applied to, such as the histogram. */
  public static Arrival of(LayerOutcome outcome) {
    return new Arrival(
        outcome.snapshot().incarnation(),
        outcome.snapshot().step(),
        outcome.snapshot().epoch(),
        outcome.snapshot().layer(),
        outcome.estimator(),
        LayerFinding.of(outcome.outcome()));
  }
}
