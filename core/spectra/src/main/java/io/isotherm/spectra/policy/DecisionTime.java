package io.isotherm.spectra.policy;

import java.util.Optional;

/**
 * When a decision is made.
 *
 * @param step that it is based on
 * @param epoch of that step
 * @param totalSteps planned length of the run
 * @param hold whether the factors in force are to stay
 */
public record DecisionTime(long step, int epoch, long totalSteps, boolean hold) {

  /** The note for {@link PolicyMemory#last()}. */
  Optional<PolicyMemory.Update> asUpdate() {
    return Optional.of(new PolicyMemory.Update(step, epoch));
  }
}
