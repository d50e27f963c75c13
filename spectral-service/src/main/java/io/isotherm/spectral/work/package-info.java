/**
 * The computing side: layers wait in a queue that is fair between runs, and a fixed number of
 * threads, each with an eigenvalue solver of its own, analyse them.
 */
package io.isotherm.spectral.work;
