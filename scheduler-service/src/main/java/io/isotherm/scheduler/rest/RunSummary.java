package io.isotherm.scheduler.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.run.RunPhase;
import io.isotherm.methods.json.Json;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.scheduler.rules.RunState;
import io.isotherm.scheduler.rules.Steps;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A run in the list of all runs.
 *
 * @param run names it
 * @param incarnation of its description; 0 without one
 * @param phase {@code running}, {@code finished} or {@code failed}; {@code lost} while its trainer
 *     is silent, {@code undescribed} while there are outcomes and no description
 * @param policy names the policy in force
 * @param onHold whether its decisions keep the factors of the last one
 * @param step of the last decision
 * @param revision of the last decision
 * @param openSteps steps with outcomes and without a decision
 * @param owner the instance that has the run, as {@code host:port}
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record RunSummary(
    String run,
    long incarnation,
    String phase,
    Optional<String> policy,
    boolean onHold,
    OptionalLong step,
    OptionalLong revision,
    int openSteps,
    String owner) {

  static RunSummary of(String run, RunState state, String owner) {
    Optional<Steps.LastDecision> last = state.steps().last();
    return new RunSummary(
        run,
        state.incarnation(),
        phase(state),
        state.description().map(description -> name(state.policy())),
        state.controls().hold().isPresent(),
        last.map(decision -> OptionalLong.of(decision.step())).orElse(OptionalLong.empty()),
        last.map(decision -> OptionalLong.of(decision.revision())).orElse(OptionalLong.empty()),
        state.steps().open().size(),
        owner);
  }

  /** How a run's phase is called here. */
  static String phase(RunState state) {
    if (state.description().isEmpty()) {
      return "undescribed";
    }
    RunPhase phase = state.description().get().phase();
    if (phase instanceof RunPhase.Running) {
      return state.isLost() ? "lost" : "running";
    }
    return phase instanceof RunPhase.Failed ? "failed" : "finished";
  }

  /** As messages carry it. */
  private static String name(PolicySpec policy) {
    return Json.MAPPER.valueToTree(policy).path("name").asText();
  }
}
