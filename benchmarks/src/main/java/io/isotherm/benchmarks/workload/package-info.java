/**
 * What is computed in a benchmark: shapes of layers, the layer sets of whole networks, and weights
 * from a seeded generator in files that both sides of a comparison read. Nothing here computes a
 * spectrum or takes a time.
 */
package io.isotherm.benchmarks.workload;
