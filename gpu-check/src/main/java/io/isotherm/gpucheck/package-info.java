/**
 * Is the solver right on this machine's GPU, and how fast is it beside the CPU engine and torch? A
 * check in parts, each printed as it ends, within a time that the user sets; and the bundle that
 * carries it to a machine without Java and without a network. Knows how to measure, not how to
 * solve.
 */
package io.isotherm.gpucheck;
