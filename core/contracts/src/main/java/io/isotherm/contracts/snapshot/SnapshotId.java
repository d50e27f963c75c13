package io.isotherm.contracts.snapshot;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;

/**
 * Names one layer's weights at one step.
 *
 * @param run names the run
 * @param incarnation of the run
 * @param step steps trained when the snapshot was taken
 * @param epoch epochs completed by then
 * @param layer names the layer within the run
 */
public record SnapshotId(String run, long incarnation, long step, int epoch, String layer) {

  /** Checks names and numbers. */
  public SnapshotId {
    Names.requireRun(run);
    Checks.requirePositive("incarnation of run '" + run + "'", incarnation);
    Checks.requireNotNegative("step of run '" + run + "'", step);
    Checks.requireNotNegative("epoch of run '" + run + "'", (long) epoch);
    Names.requireLayer(layer);
  }

  /** The Kafka key of all snapshots of this layer: {@code run/layer}. */
  @JsonIgnore
  public String key() {
    return run + "/" + layer;
  }

  /**
   * Whether this snapshot of the same layer is newer: a later incarnation, or a later step of it.
   */
  public boolean isNewerThan(SnapshotId other) {
    return incarnation != other.incarnation ? incarnation > other.incarnation : step > other.step;
  }

  @Override
  public String toString() {
    return run + "/" + layer + "@" + incarnation + ":" + step;
  }
}
