/**
 * The estimators that can be asked for: {@link io.isotherm.methods.estimator.EstimatorSpec} has one
 * descriptor for each. Their mathematics is in {@code spectra}.
 */
package io.isotherm.methods.estimator;
