package io.isotherm.contracts.spectrum;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.snapshot.SnapshotId;
import io.isotherm.methods.estimator.EstimatorSpec;

/**
 * The outcome for one layer at one step. Snapshot and estimator are its identity: computing it
 * again gives the same outcome, times aside.
 *
 * @param snapshot whose weights
 * @param estimator how alpha was to be measured
 * @param outcome what became of it
 */
public record LayerOutcome(SnapshotId snapshot, EstimatorSpec estimator, Outcome outcome) {

  /** Checks that nothing is missing. */
  public LayerOutcome {
    Checks.requirePresent("snapshot of an outcome", snapshot);
    Checks.requirePresent("estimator of an outcome", estimator);
    Checks.requirePresent("outcome for " + snapshot, outcome);
  }
}
