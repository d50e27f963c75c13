/**
 * What can be asked for: estimators of alpha and policies that make factors of alphas, with their
 * parameters, defaults, presets and metrics, and the readers of what users write. The mathematics
 * itself is in {@code spectra}.
 */
package io.isotherm.methods;
