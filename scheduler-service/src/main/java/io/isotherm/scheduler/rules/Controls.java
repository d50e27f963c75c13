package io.isotherm.scheduler.rules;

import io.isotherm.contracts.control.Control;
import io.isotherm.contracts.control.Signature;
import java.util.Optional;

/**
 * What people want of an incarnation.
 *
 * @param policy in the place of the description's, if anybody has set one
 * @param hold who has put the run on hold, if anybody has
 */
public record Controls(Optional<PolicyChange> policy, Optional<Signature> hold) {

  /** Nobody has interfered. */
  public static final Controls NONE = new Controls(Optional.empty(), Optional.empty());

  Controls with(Control control) {
    if (control.command() instanceof Control.Command.ChangePolicy change) {
      return new Controls(
          Optional.of(new PolicyChange(change.policy(), control.signature())), hold);
    }
    return new Controls(
        policy,
        control.command() instanceof Control.Command.Hold
            ? Optional.of(control.signature())
            : Optional.empty());
  }
}
