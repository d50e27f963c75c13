/**
 * The spectral service: snapshots in, outcomes out. Here is its configuration and how its parts are
 * put together; messaging, intake, work and health have packages of their own, and the mathematics
 * is in {@code spectra} and {@code solvers}.
 */
package io.isotherm.spectral;
