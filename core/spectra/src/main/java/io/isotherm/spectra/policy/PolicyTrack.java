package io.isotherm.spectra.policy;

/** What a policy has to know of its own past, on the learning rate and on weight decay. */
public record PolicyTrack(PolicyMemory learningRate, PolicyMemory weightDecay) {

  /** Of a policy that has not decided yet. */
  public static final PolicyTrack EMPTY = new PolicyTrack(PolicyMemory.EMPTY, PolicyMemory.EMPTY);

  /** For another policy that takes over. */
  public PolicyTrack handedOver() {
    return new PolicyTrack(learningRate.handedOver(), weightDecay.handedOver());
  }
}
