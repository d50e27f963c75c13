package io.isotherm.scheduler.rules;

import java.util.OptionalDouble;

/**
 * The newest thing known about a layer's alpha.
 *
 * @param step whose weights it is about
 * @param alpha empty if those weights had none that can be used
 */
public record LayerAlpha(long step, OptionalDouble alpha) {}
