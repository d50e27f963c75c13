package io.isotherm.benchmarks.scheduler;

/**
 * One step of one run.
 *
 * @param run its number
 * @param index of the step, counted from 0
 */
record Step(int run, int index) {}
