package io.isotherm.client.dl4j;

import io.isotherm.checks.Checks;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Gradient descent with momentum as PyTorch's {@code torch.optim.SGD} does it: {@code v = momentum
 * * v + g}, then {@code w = w - learningRate * v}, or with Nesterov {@code w = w - learningRate *
 * (g + momentum * v)}.
 *
 * <p>DL4J's own {@code Nesterovs} keeps the learning rate inside the velocity, so that a changed
 * rate fades in over many steps. Here the velocity knows no rate: a new one counts in full at once,
 * which is what layer-wise rates assume.
 */
public final class MomentumSgd implements IUpdater {

  private static final long serialVersionUID = 1L;

  @JsonProperty private double learningRate;
  @JsonProperty private ISchedule learningRateSchedule;
  @JsonProperty private final double momentum;
  @JsonProperty private final boolean nesterov;

  /**
   * With all its settings.
   *
   * @param learningRate used when there is no schedule
   * @param learningRateSchedule decides the learning rate, if not null
   * @param momentum at least 0, less than 1
   */
  public MomentumSgd(
      @JsonProperty("learningRate") double learningRate,
      @JsonProperty("learningRateSchedule") ISchedule learningRateSchedule,
      @JsonProperty("momentum") double momentum,
      @JsonProperty("nesterov") boolean nesterov) {
    if (!(Checks.requireNotNegative("momentum", momentum) < 1)) {
      throw new IllegalArgumentException("momentum must be less than 1, got: " + momentum);
    }
    this.learningRate = learningRate;
    this.learningRateSchedule = learningRateSchedule;
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  /** With a constant learning rate, without Nesterov. */
  public MomentumSgd(double learningRate, double momentum) {
    this(learningRate, null, momentum, false);
  }

  double momentum() {
    return momentum;
  }

  boolean nesterov() {
    return nesterov;
  }

  @Override
  public long stateSize(long parameters) {
    return parameters;
  }

  @Override
  public GradientUpdater<MomentumSgd> instantiate(INDArray view, boolean initialise) {
    INDArray velocity = view.reshape(view.length());
    MomentumSgdUpdater updater = new MomentumSgdUpdater(this);
    updater.setStateViewArray(velocity, velocity.shape(), velocity.ordering(), initialise);
    return updater;
  }

  @Override
  public GradientUpdater<MomentumSgd> instantiate(Map<String, INDArray> state, boolean initialise) {
    MomentumSgdUpdater updater = new MomentumSgdUpdater(this);
    updater.setState(state, initialise);
    return updater;
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return learningRateSchedule == null
        ? learningRate
        : learningRateSchedule.valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double newLearningRate, ISchedule newSchedule) {
    learningRate = newLearningRate;
    learningRateSchedule = newSchedule;
  }

  @Override
  @SuppressWarnings("MissingSuperCall") // DL4J's clone is a copy by constructor, not Object's.
  public MomentumSgd clone() {
    return new MomentumSgd(
        learningRate,
        learningRateSchedule == null ? null : learningRateSchedule.clone(),
        momentum,
        nesterov);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MomentumSgd that
        && Double.compare(that.learningRate, learningRate) == 0
        && Double.compare(that.momentum, momentum) == 0
        && that.nesterov == nesterov
        && Objects.equals(that.learningRateSchedule, learningRateSchedule);
  }

  @Override
  public int hashCode() {
    return Objects.hash(learningRate, learningRateSchedule, momentum, nesterov);
  }

  @Override
  public String toString() {
    return "MomentumSgd(learningRate=%s, learningRateSchedule=%s, momentum=%s, nesterov=%s)"
        .formatted(learningRate, learningRateSchedule, momentum, nesterov);
  }
}
