package io.isotherm.client;

import java.util.Map;

/**
 * What an accepted decision wants.
 *
 * @param decisionId of the decision
 * @param revision of the decision; 0 if there was none yet
 * @param basedOnStep the step whose weights the decision is based on
 * @param factors on the learning rate by layer
 * @param rampSteps over how many steps they are approached
 * @param weightDecayFactors on the weight decay by layer; a layer that is not named has 1
 * @param weightDecayRampSteps over how many steps they are approached
 */
record Targets(
    String decisionId,
    long revision,
    long basedOnStep,
    Map<String, Double> factors,
    long rampSteps,
    Map<String, Double> weightDecayFactors,
    long weightDecayRampSteps) {

  /** Before the first decision. */
  static final Targets NONE = new Targets("none", 0, 0, Map.of(), 0, Map.of(), 0);

  /** Copies the factors. */
  Targets {
    factors = Map.copyOf(factors);
    weightDecayFactors = Map.copyOf(weightDecayFactors);
  }
}
