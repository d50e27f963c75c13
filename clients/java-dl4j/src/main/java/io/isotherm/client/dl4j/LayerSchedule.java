package io.isotherm.client.dl4j;

import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The learning rate of one layer: the base schedule times the layer's factor in force.
 *
 * <p>DL4J asks for the rate several times in one iteration. The factors of a run change only
 * between two iterations and all together ({@link Balancing} latches them), so no iteration mixes
 * two decisions. A layer that no decision names has factor 1.
 *
 * <p>A copy made by {@code clone}, by JSON or by a saved model follows the same run. Two schedules
 * are equal when run and layer are: DL4J joins neighbouring parameters with equal updaters into one
 * block.
 */
public final class LayerSchedule implements ISchedule {

  private static final long serialVersionUID = 1L;

  @JsonProperty private final String run;
  @JsonProperty private final String layer;
  @JsonProperty private final ISchedule base;
  private transient LiveRates live;

  /**
   * For one layer of a run.
   *
   * @param layer whose factor counts; for a norm layer that of the layer that it follows
   * @param base the rate that the factor multiplies
   */
  public LayerSchedule(
      @JsonProperty("run") String run,
      @JsonProperty("layer") String layer,
      @JsonProperty("base") ISchedule base) {
    this.run = Names.requireRun(run);
    this.layer = Names.requireLayer(layer);
    this.base = Checks.requirePresent("base schedule of layer '" + layer + "'", base);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    LiveRates rates = live;
    if (rates == null) {
      rates = LiveRates.of(run);
      live = rates;
    }
    return rates.factor(layer) * base.valueAt(iteration, epoch);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // DL4J's clone is a copy by constructor, not Object's.
  public LayerSchedule clone() {
    return new LayerSchedule(run, layer, base.clone());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LayerSchedule that
        && Objects.equals(that.run, run)
        && Objects.equals(that.layer, layer);
  }

  @Override
  public int hashCode() {
    return Objects.hash(run, layer);
  }

  @Override
  public String toString() {
    return "LayerSchedule(" + run + "/" + layer + ", " + base + ")";
  }
}
