/**
 * From the alphas of a network's layers to the factors on their learning rates. Pure functions: the
 * same run description and the same alphas always give the same factors.
 */
package io.isotherm.spectra.policy;
