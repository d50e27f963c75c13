package io.isotherm.client.dl4j;

import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The weight decay of one layer: the coefficient that the network was built with times the layer's
 * factor in force. What {@link LayerSchedule} says of learning rates and of copies holds here, too.
 *
 * <p>DL4J asks for the coefficient of each parameter at each iteration, and once more for the score
 * of a batch. It does not look at regularisations when it joins parameters into blocks.
 */
public final class LayerDecay implements ISchedule {

  private static final long serialVersionUID = 1L;

  @JsonProperty private final String run;
  @JsonProperty private final String layer;
  @JsonProperty private final ISchedule base;
  private transient LiveRates live;

  /**
   * For one layer of a run.
   *
   * @param layer whose factor counts; for a norm layer that of the layer that it follows
   * @param base the coefficient that the factor multiplies
   */
  public LayerDecay(
      @JsonProperty("run") String run,
      @JsonProperty("layer") String layer,
      @JsonProperty("base") ISchedule base) {
    this.run = Names.requireRun(run);
    this.layer = Names.requireLayer(layer);
    this.base = Checks.requirePresent("base weight decay of layer '" + layer + "'", base);
  }

  /**
   * The same regularisations, {@code WeightDecay} and {@code L2Regularization} with a coefficient
   * that follows the run, others as they are. One that follows a run already is told to follow this
   * one.
   */
  static List<Regularization> on(List<Regularization> given, String run, String layer) {
    List<Regularization> following = new ArrayList<>(given.size());
    for (Regularization one : given) {
      // By the exact class: a subclass may do something else with its coefficient.
      if (one.getClass() == L2Regularization.class) {
        following.add(new L2Regularization(of(((L2Regularization) one).getL2(), run, layer)));
      } else if (one.getClass() == WeightDecay.class) {
        WeightDecay decay = (WeightDecay) one;
        following.add(new WeightDecay(of(decay.getCoeff(), run, layer), decay.isApplyLR()));
      } else {
        following.add(one);
      }
    }
    return following;
  }

  private static LayerDecay of(ISchedule coefficient, String run, String layer) {
    return new LayerDecay(
        run, layer, coefficient instanceof LayerDecay before ? before.base : coefficient);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    LiveRates rates = live;
    if (rates == null) {
      rates = LiveRates.of(run);
      live = rates;
    }
    return rates.weightDecayFactor(layer) * base.valueAt(iteration, epoch);
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // DL4J's clone is a copy by constructor, not Object's.
  public LayerDecay clone() {
    return new LayerDecay(run, layer, base.clone());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LayerDecay that
        && Objects.equals(that.run, run)
        && Objects.equals(that.layer, layer)
        && Objects.equals(that.base, base);
  }

  @Override
  public int hashCode() {
    return Objects.hash(run, layer, base);
  }

  @Override
  public String toString() {
    return "LayerDecay(" + run + "/" + layer + ", " + base + ")";
  }
}
