/**
 * What is solved and timed: layers in memory, workers that each have a solver, and laps of them.
 * Nothing here prints.
 */
package io.isotherm.gpucheck.work;
