package io.isotherm.monitor.view;

import java.util.List;
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
    double baseLearningRate,
    List<String> missing,
    OptionalLong appliedAtStep) {}
