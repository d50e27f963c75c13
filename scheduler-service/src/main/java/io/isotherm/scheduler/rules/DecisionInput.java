package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.RunDescription;
import java.util.OptionalDouble;
import java.util.SortedMap;

/**
 * What a decision is made from.
 *
 * @param run as it is described
 * @param due the step to decide
 * @param policy that decides
 * @param alphas of all layers of which anything is known
 * @param toldRate the newest base rate that the trainer has told; only shown, never decided on
 */
record DecisionInput(
    RunDescription run,
    DueStep due,
    PolicyInForce policy,
    SortedMap<String, LayerAlpha> alphas,
    OptionalDouble toldRate) {

  DecisionInput by(PolicyInForce other) {
    return new DecisionInput(run, due, other, alphas, toldRate);
  }
}
