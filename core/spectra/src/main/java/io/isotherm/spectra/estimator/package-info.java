/**
 * The published estimators, one class each: which matrices they make of a layer, how they fit the
 * spectrum, and what they report beside alpha. The numbers come from package {@code fit}; who
 * computes the eigenvalues, and how exactly, is decided outside of here.
 */
package io.isotherm.spectra.estimator;
