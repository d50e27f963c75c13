package io.isotherm.benchmarks.pipeline;

/**
 * What one network took.
 *
 * @param seconds by the clock
 * @param cpuSeconds of all threads of those who are looked at
 */
record Lap(double seconds, double cpuSeconds) {}
