/**
 * Layers from a client's memory through a broker and the spectral service to their outcomes: how
 * much of the bare solver's speed is left, and what the way costs. Processes as users start them.
 */
package io.isotherm.benchmarks.pipeline;
