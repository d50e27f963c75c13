/**
 * This engine beside Python on the same weights, interleaved in one run: the opponents behind one
 * interface, the rounds, and the table and JSON of what came out. Shapes and weights come from
 * {@code workload}; times of single stages are measured in {@code stages}.
 */
package io.isotherm.benchmarks.compare;
