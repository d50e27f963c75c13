package io.isotherm.contracts.progress;

import io.isotherm.checks.Checks;

/**
 * A decision that a trainer has taken over.
 *
 * @param id of the decision
 * @param revision of the decision
 * @param basedOnStep the step whose weights the decision is based on
 * @param appliedAtStep the first step that was trained with it; never before {@code basedOnStep}
 */
public record AppliedDecision(String id, long revision, long basedOnStep, long appliedAtStep) {

  /** Checks the numbers. */
  public AppliedDecision {
    Checks.requireText("id of an applied decision", id);
    Checks.requirePositive("revision of applied decision " + id, revision);
    Checks.requireNotNegative("basedOnStep of applied decision " + id, basedOnStep);
    if (appliedAtStep < basedOnStep) {
      throw new IllegalArgumentException(
          "appliedAtStep of decision %s must not be before step %d, got: %d"
              .formatted(id, basedOnStep, appliedAtStep));
    }
  }

  /** Staleness: steps between the snapshot and the first step trained with its rates. */
  public long stalenessSteps() {
    return appliedAtStep - basedOnStep;
  }
}
