package io.isotherm.replay;

import io.isotherm.contracts.decision.LayerRate.Role;
import java.util.OptionalDouble;

/**
 * What a policy would have set a layer to.
 *
 * @param role why
 * @param factor on the learning rate
 * @param weightDecayFactor absent if the policy leaves weight decay alone
 */
public record Proposal(Role role, double factor, OptionalDouble weightDecayFactor) {}
