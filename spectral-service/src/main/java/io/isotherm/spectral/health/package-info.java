/**
 * Whether the service can work: its solvers are warm and none is broken. The connection to the
 * broker is watched by SmallRye, which adds its own checks.
 */
package io.isotherm.spectral.health;
