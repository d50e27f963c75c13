package io.isotherm.contracts.control;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.methods.policy.PolicySpec;

/**
 * What somebody wants to have done with a run, in force from its next decision to the end of its
 * incarnation.
 *
 * @param run names the run
 * @param incarnation that it is about; with any other it has no effect
 * @param command what to do
 * @param signature who wants it, and since when
 */
public record Control(String run, long incarnation, Command command, Signature signature) {

  /** What can be done with a run. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Command.Hold.class, name = "hold"),
    @JsonSubTypes.Type(value = Command.Resume.class, name = "resume"),
    @JsonSubTypes.Type(value = Command.ChangePolicy.class, name = "policy")
  })
  public sealed interface Command {

    /** Decisions keep the factors of the last one. */
    record Hold() implements Command {}

    /** Ends a hold. */
    record Resume() implements Command {}

    /** Another policy takes the place of the one in force. */
    record ChangePolicy(PolicySpec policy) implements Command {
      /** Checks that there is a policy. */
      public ChangePolicy {
        Checks.requirePresent("policy of a control", policy);
      }
    }
  }

  /** Checks names and numbers. */
  public Control {
    Names.requireRun(run);
    Checks.requirePositive("incarnation of a control of run '" + run + "'", incarnation);
    Checks.requirePresent("command of a control of run '" + run + "'", command);
    Checks.requirePresent("signature of a control of run '" + run + "'", signature);
  }
}
