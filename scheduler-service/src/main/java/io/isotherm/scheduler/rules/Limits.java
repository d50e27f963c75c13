package io.isotherm.scheduler.rules;

import io.isotherm.checks.Checks;
import io.isotherm.contracts.decision.FactorBounds;

/**
 * The bounds of a run's state and of its factors.
 *
 * @param maxOpenSteps open steps of a run; one more and the oldest is decided
 * @param maxWaiting outcomes of a run that wait for their description
 * @param minFactor smaller factors are raised to it
 * @param maxFactor larger factors are lowered to it
 */
public record Limits(int maxOpenSteps, int maxWaiting, double minFactor, double maxFactor) {

  /** Checks the ranges. */
  public Limits {
    Checks.requirePositive("isotherm.scheduler.max-open-steps", (long) maxOpenSteps);
    Checks.requireNotNegative("isotherm.scheduler.max-waiting-outcomes", (long) maxWaiting);
    Checks.requirePositive("isotherm.scheduler.min-factor", minFactor);
    Checks.requirePositive("isotherm.scheduler.max-factor", maxFactor);
    if (minFactor > maxFactor) {
      throw new IllegalArgumentException(
          "isotherm.scheduler.min-factor must not exceed isotherm.scheduler.max-factor %s, got: %s"
              .formatted(maxFactor, minFactor));
    }
  }

  /** The factors that a decision may have. */
  FactorBounds factors() {
    return new FactorBounds(minFactor, maxFactor);
  }
}
