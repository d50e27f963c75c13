package io.isotherm.scheduler.rules;

import java.util.List;

/**
 * The step that a decision is about.
 *
 * @param missing layers without an outcome at that step
 * @param revision of the decision
 */
record DueStep(long step, int epoch, List<String> missing, long revision) {}
