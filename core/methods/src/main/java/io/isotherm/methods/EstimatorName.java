package io.isotherm.methods;

import java.util.Locale;

/**
 * The estimators that a user can choose by name, each with the parameters that it is published
 * with.
 */
public enum EstimatorName {
  /** TempBalance: one fit per layer, the tail from the median on. */
  TEMPBALANCE,
  /** FARMS: the mean over windows of one shape. */
  FARMS,
  /** FARMS as its code for language models has it: windows spread evenly. */
  FARMS_LLM,
  /** Model Balancing, as it is used for language models. */
  MODEL_BALANCING,
  /** WeightWatcher, without clipping. */
  WEIGHTWATCHER;

  /** The estimator with its published parameters. */
  public EstimatorSpec spec() {
    return switch (this) {
      case TEMPBALANCE -> EstimatorSpec.TempBalance.median();
      case FARMS -> EstimatorSpec.Farms.defaults();
      case FARMS_LLM -> EstimatorSpec.FarmsLlm.defaults();
      case MODEL_BALANCING -> EstimatorSpec.ModelBalancing.nlp();
      case WEIGHTWATCHER -> EstimatorSpec.WeightWatcher.defaults();
    };
  }

  /**
   * Reads what a user wrote.
   *
   * @throws IllegalArgumentException with one line that lists the names, if there is no such
   *     estimator
   */
  public static EstimatorName parse(String text) {
    return WrittenName.parse(EstimatorName.class, text);
  }

  /** As users and messages write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
