package io.isotherm.monitor.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.control.Signature;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.methods.policy.PolicySpec;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;

/**
 * A run in a few lines.
 *
 * @param run names the run
 * @param incarnation the newest one
 * @param title which network on which data; empty until the run's description has been read
 * @param phase "running", "finished", "failed", "lost" if the run has neither ended nor been heard
 *     of within its lease, or "unknown" until its description has been read
 * @param cause why a failed run failed
 * @param step steps trained so far
 * @param totalSteps planned length
 * @param epoch epochs completed so far
 * @param loss the newest
 * @param accuracy the newest, 0 to 1
 * @param baseLearningRate the one in force
 * @param metrics the newest of each that the trainer has told, by name
 * @param counters the trainer's own, of the newest incarnation
 * @param stallShare share of the training time that the client took, 0 to 1
 * @param outcomes of all layers, of the newest incarnation
 * @param refusals how many times a service could not use something of the run
 * @param lastDecisionStep the step that the newest decision is based on
 * @param staleness of the decisions applied
 * @param policyInForce what computed the newest decision of this incarnation
 * @param policyBy who has set that policy; absent if it is the description's
 * @param hold who has put the run on hold, by the newest decision; absent if nobody has, or if the
 *     run has ended
 * @param ageMillis time since the newest message of the run
 */
public record RunHead(
    String run,
    long incarnation,
    String title,
    String phase,
    Optional<String> cause,
    OptionalLong step,
    OptionalLong totalSteps,
    OptionalInt epoch,
    OptionalDouble loss,
    OptionalDouble accuracy,
    OptionalDouble baseLearningRate,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) SortedMap<String, Double> metrics,
    Optional<ClientCounters> counters,
    OptionalDouble stallShare,
    OutcomeCounts outcomes,
    long refusals,
    OptionalLong lastDecisionStep,
    Optional<Staleness> staleness,
    Optional<PolicySpec> policyInForce,
    Optional<Signature> policyBy,
    Optional<Signature> hold,
    long ageMillis) {}
