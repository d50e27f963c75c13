/**
 * JMH benchmarks of the stages from a layer's bytes to its alpha, each alone, and of all of them
 * together, on one thread. {@code benchmarks/jmh} runs them; what they are compared with is in
 * {@code compare}.
 */
package io.isotherm.benchmarks.stages;
