package io.isotherm.trainer.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.isotherm.contracts.progress.ClientCounters;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import io.isotherm.trainer.run.OrderState;
import io.isotherm.trainer.run.OrderedRun;
import io.isotherm.trainer.run.RunOrder;
import io.isotherm.trainer.run.RunProgress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A run as REST shows it.
 *
 * @param run names it
 * @param state {@code queued}, {@code training}, {@code finished}, {@code stopped} or {@code
 *     failed}
 * @param incarnation of the run; 0 before it starts
 * @param epochs ordered
 * @param seed of weights and order
 * @param batchSize images in a step
 * @param learningRate base rate at the first step
 * @param policy how alphas become factors
 * @param shadows further policies by name, which are never applied
 * @param estimator how alpha is measured
 * @param step steps trained
 * @param totalSteps planned; 0 before it starts
 * @param epoch epochs completed
 * @param loss of the newest batch
 * @param accuracy on the test images, 0 to 1, as last measured
 * @param seconds in training
 * @param counters of the client
 * @param stallShare share of the time that the training thread spent in the client, 0 to 1
 * @param cause why it failed
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record RunStatus(
    String run,
    String state,
    long incarnation,
    int epochs,
    long seed,
    int batchSize,
    double learningRate,
    PolicySpec policy,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, PolicySpec> shadows,
    EstimatorSpec estimator,
    long step,
    long totalSteps,
    int epoch,
    OptionalDouble loss,
    OptionalDouble accuracy,
    double seconds,
    ClientCounters counters,
    double stallShare,
    Optional<String> cause) {

  static RunStatus of(OrderedRun run) {
    RunOrder order = run.order();
    OrderState state = run.state();
    RunProgress progress = state.progress();
    return new RunStatus(
        order.run(),
        state.label(),
        progress.incarnation(),
        order.epochs(),
        order.seed(),
        order.batchSize(),
        order.learningRate(),
        order.policy(),
        order.shadows(),
        order.estimator(),
        progress.step(),
        progress.totalSteps(),
        progress.epoch(),
        progress.loss(),
        progress.accuracy(),
        progress.seconds(),
        progress.counters(),
        progress.counters().stallShare(),
        state instanceof OrderState.Failed failed ? Optional.of(failed.cause()) : Optional.empty());
  }
}
