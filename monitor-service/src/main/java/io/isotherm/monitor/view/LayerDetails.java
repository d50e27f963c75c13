package io.isotherm.monitor.view;

/**
 * One weight layer with its history.
 *
 * @param row what is known now
 * @param alpha over the steps of its snapshots
 * @param factor over the steps that decisions are based on
 * @param learningRate over the same steps, at the base rate of each
 */
public record LayerDetails(
    LayerRow row, StepSeries alpha, StepSeries factor, StepSeries learningRate) {}
