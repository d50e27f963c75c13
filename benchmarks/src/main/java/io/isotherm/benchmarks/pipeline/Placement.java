package io.isotherm.benchmarks.pipeline;

/**
 * Who runs where.
 *
 * @param services the spectral services, and the bare solver that they are compared with
 * @param others the broker and the client
 */
record Placement(Processors services, Processors others) {}
