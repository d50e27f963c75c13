/** What numbers were measured on, for the head of every report. */
package io.isotherm.benchmarks.machine;
