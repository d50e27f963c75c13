package io.isotherm.client;

import io.isotherm.contracts.Checks;
import java.util.Map;

/**
 * The factors in force: one for every layer, to be multiplied with the base learning rate.
 *
 * @param decisionId of the decision that the factors come from
 * @param revision of that decision within its incarnation; 0 if there was none yet
 * @param basedOnStep the step whose weights the decision is based on
 * @param factors by layer, each positive; a layer that is not named has 1
 */
public record Rates(
    String decisionId, long revision, long basedOnStep, Map<String, Double> factors) {

  /** Every factor is 1: what a run has before its first decision. */
  public static final Rates NONE = new Rates("none", 0, 0, Map.of());

  /** Checks the numbers. */
  public Rates {
    Checks.requireText("decisionId of the rates", decisionId);
    Checks.requireNotNegative("revision of the rates of " + decisionId, revision);
    Checks.requireNotNegative("basedOnStep of the rates of " + decisionId, basedOnStep);
    factors = Map.copyOf(Checks.requirePresent("factors of the rates of " + decisionId, factors));
    factors.forEach(
        (layer, factor) -> Checks.requirePositive("factor of layer '" + layer + "'", factor));
  }

  /** The layer's factor; 1 if no decision has named it. */
  public double factor(String layer) {
    Double factor = factors.get(layer);
    return factor == null ? 1.0 : factor;
  }
}
