package io.isotherm.monitor.view;

import io.isotherm.contracts.run.BaseSchedule;
import io.isotherm.methods.estimator.EstimatorSpec;
import io.isotherm.methods.policy.PolicySpec;
import java.util.List;
import java.util.Optional;

/**
 * Everything that is shown of a run.
 *
 * @param version grows with every change; an event with a version up to this one is already in here
 * @param head the run in a few lines
 * @param historyComplete whether all that Kafka has of the run has been read; until then curves and
 *     decisions begin later than they will
 * @param schedule of the base rate
 * @param policy how alphas become factors
 * @param estimator how alpha is measured
 * @param incarnations where newer incarnations took over, oldest first; without the first one
 * @param loss over steps
 * @param accuracy over the steps at which it was measured
 * @param baseLearningRate over steps
 * @param decisions the newest ones, oldest first
 * @param refusals the newest ones, oldest first
 * @param layers in the order of the network
 */
public record RunDetails(
    long version,
    RunHead head,
    boolean historyComplete,
    Optional<BaseSchedule> schedule,
    Optional<PolicySpec> policy,
    Optional<EstimatorSpec> estimator,
    List<Takeover> incarnations,
    StepSeries loss,
    StepSeries accuracy,
    StepSeries baseLearningRate,
    List<DecisionRow> decisions,
    List<RefusalRow> refusals,
    List<LayerDetails> layers) {

  /**
   * A newer incarnation of the run.
   *
   * @param incarnation the newer one
   * @param step the first one seen of it
   */
  public record Takeover(long incarnation, long step) {}
}
