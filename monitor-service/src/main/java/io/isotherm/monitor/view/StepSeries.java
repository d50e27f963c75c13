package io.isotherm.monitor.view;

import java.util.List;

/**
 * Values over steps.
 *
 * @param steps ascending
 * @param values one per step
 */
public record StepSeries(List<Long> steps, List<Double> values) {}
