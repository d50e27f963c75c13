package io.isotherm.trainer.network;

import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * A network that the service can train, and all that the rest of the service knows of it. To be
 * ordered it stands in {@link Networks}. Its layers are those that {@link StateDict} can write.
 */
public interface Network {

  /** Names it in an order: lower-case letters, digits and hyphens. */
  String name();

  /** What people call it, in the description of a run. */
  String title();

  /** On the weights of its weight layers, as part of their gradient. */
  double weightDecay();

  /**
   * The network with random weights.
   *
   * @param seed of the weights
   * @param side width and height of the grey images
   * @param classes outputs of the last layer
   * @param baseRate learning rate until a layer gets a schedule
   */
  ComputationGraphConfiguration configuration(long seed, int side, int classes, double baseRate);

  /** The index of the block that a layer belongs to, counted from the input, if it is in one. */
  OptionalInt blockOf(String layer);
}
