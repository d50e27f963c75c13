package io.isotherm.scheduler.rules;

import io.isotherm.contracts.run.RunDescription;
import java.util.SortedMap;

/**
 * What a decision is made from.
 *
 * @param run as it is described
 * @param due the step to decide
 * @param policy that decides
 * @param alphas of all layers of which anything is known
 */
record DecisionInput(
    RunDescription run, DueStep due, PolicyInForce policy, SortedMap<String, LayerAlpha> alphas) {

  DecisionInput by(PolicyInForce other) {
    return new DecisionInput(run, due, other, alphas);
  }
}
