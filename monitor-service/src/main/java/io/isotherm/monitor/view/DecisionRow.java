package io.isotherm.monitor.view;

import io.isotherm.contracts.decision.Decision;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One decision in one line.
 *
 * @param id of the decision
 * @param incarnation of the run that it belongs to
 * @param revision of the decision
 * @param step the step that it is based on
 * @param epoch the epoch of that step
 * @param baseLearningRate the base rate at that step
 * @param missing layers that stand in it with an older alpha
 * @param appliedAtStep the first step trained with it, once the trainer has said so
 */
public record DecisionRow(
    String id,
    long incarnation,
    long revision,
    long step,
    int epoch,
    OptionalDouble baseLearningRate,
    List<String> missing,
    OptionalLong appliedAtStep) {

  static DecisionRow of(Decision decision) {
    return new DecisionRow(
        decision.id(),
        decision.incarnation(),
        decision.revision(),
        decision.step(),
        decision.epoch(),
        decision.baseLearningRate(),
        decision.missing(),
        OptionalLong.empty());
  }

  DecisionRow appliedAt(long firstStep) {
    return new DecisionRow(
        id,
        incarnation,
        revision,
        step,
        epoch,
        baseLearningRate,
        missing,
        OptionalLong.of(firstStep));
  }
}
