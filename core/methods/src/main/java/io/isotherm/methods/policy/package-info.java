/**
 * The policies that can be asked for: {@link io.isotherm.methods.policy.PolicySpec} has one
 * descriptor for each, {@link io.isotherm.methods.policy.PolicyOptions} what all of them can do
 * besides. Their mathematics is in {@code spectra}.
 */
package io.isotherm.methods.policy;
