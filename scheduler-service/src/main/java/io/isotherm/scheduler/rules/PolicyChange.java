package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Signature;
import io.isotherm.methods.policy.PolicySpec;

/** A policy that somebody has set in the place of the description's. */
public record PolicyChange(PolicySpec policy, Signature by) {}
