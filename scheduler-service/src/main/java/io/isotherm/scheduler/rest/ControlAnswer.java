package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.control.Control;
import io.isotherm.methods.policy.PolicySpec;
import java.time.Instant;
import java.util.Optional;

/**
 * What has been written down for a run.
 *
 * @param run names it
 * @param incarnation that it is about
 * @param command {@code hold}, {@code resume} or {@code policy}
 * @param policy the whole policy, with what the request left out; absent for other commands
 * @param by who wants it
 * @param at when, in ISO 8601
 * @param inForce from when on, for the reader
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record ControlAnswer(
    String run,
    long incarnation,
    String command,
    Optional<PolicySpec> policy,
    String by,
    String at,
    String inForce) {

  static ControlAnswer of(Control control) {
    Optional<PolicySpec> policy =
        control.command() instanceof Control.Command.ChangePolicy change
            ? Optional.of(change.policy())
            : Optional.empty();
    return new ControlAnswer(
        control.run(),
        control.incarnation(),
        policy.isPresent()
            ? "policy"
            : control.command() instanceof Control.Command.Hold ? "hold" : "resume",
        policy,
        control.signature().by(),
        Instant.ofEpochMilli(control.signature().atMillis()).toString(),
        "from the next decision on");
  }
}
