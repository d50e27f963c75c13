/**
 * The contract and golden tests of the solvers, on the GPU of this machine, run by the check itself
 * and not by a build.
 */
package io.isotherm.gpucheck.tests;
