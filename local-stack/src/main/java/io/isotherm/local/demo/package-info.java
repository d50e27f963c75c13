/**
 * The demonstration: a run is ordered, watched by reading the topics like any other client would,
 * shown epoch by epoch and summed up at its end. Starts and stops no process itself.
 */
package io.isotherm.local.demo;
