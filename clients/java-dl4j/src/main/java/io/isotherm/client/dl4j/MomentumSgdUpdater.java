package io.isotherm.client.dl4j;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;

/** Applies {@link MomentumSgd} to the gradients of one updater block. */
final class MomentumSgdUpdater implements GradientUpdater<MomentumSgd> {

  private static final String VELOCITY = "V";

  private final MomentumSgd config;
  private INDArray velocity;

  MomentumSgdUpdater(MomentumSgd config) {
    this.config = config;
  }

  @Override
  public MomentumSgd getConfig() {
    return config;
  }

  @Override
  public void setState(Map<String, INDArray> state, boolean initialise) {
    velocity = state.get(VELOCITY);
    if (velocity == null) {
      throw new IllegalArgumentException(
          "state of MomentumSgd must have '%s', got: %s".formatted(VELOCITY, state.keySet()));
    }
    if (initialise) {
      velocity.assign(0);
    }
  }

  @Override
  public Map<String, INDArray> getState() {
    return Map.of(VELOCITY, velocity);
  }

  @Override
  public void setStateViewArray(INDArray view, long[] shape, char order, boolean initialise) {
    if (initialise) {
      view.assign(0);
    }
    velocity = view;
  }

  /** Turns {@code gradient} in place into what DL4J then subtracts from the parameters. */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    double learningRate = config.getLearningRate(iteration, epoch);
    velocity.muli(config.momentum()).addi(gradient);
    if (config.nesterov()) {
      gradient.addi(velocity.mul(config.momentum())).muli(learningRate);
    } else {
      gradient.assign(velocity).muli(learningRate);
    }
  }
}
