package io.isotherm.scheduler.rules;

import io.isotherm.spectra.policy.PolicyMemory;

/** What a policy of a run has to know of its own past, on the learning rate and on weight decay. */
public record PolicyTrack(PolicyMemory learningRate, PolicyMemory weightDecay) {

  /** Of a policy that has not decided yet. */
  public static final PolicyTrack EMPTY = new PolicyTrack(PolicyMemory.EMPTY, PolicyMemory.EMPTY);

  /** Leaves it out of the state of runs that have not been decided. */
  static final class WhenEmpty {
    @Override
    public boolean equals(Object track) {
      return EMPTY.equals(track);
    }

    @Override
    public int hashCode() {
      return EMPTY.hashCode();
    }
  }

  /** For another policy that takes over. */
  PolicyTrack handedOver() {
    return new PolicyTrack(learningRate.handedOver(), weightDecay.handedOver());
  }
}
