package io.isotherm.replay;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One weight layer at one step.
 *
 * @param step of the run
 * @param epoch of that step
 * @param revision of the decision that was made; absent if none was
 * @param layer names it
 * @param alpha that was known when the decision was made
 * @param set the factor that was set; absent without a decision
 * @param weightDecaySet the same on weight decay, if the decision had one
 * @param policies what each of the policies would have set
 */
public record ReplayedLayer(
    long step,
    int epoch,
    OptionalLong revision,
    String layer,
    OptionalDouble alpha,
    OptionalDouble set,
    OptionalDouble weightDecaySet,
    List<Proposal> policies) {

  /** Copies the list. */
  public ReplayedLayer {
    policies = List.copyOf(policies);
  }
}
