/**
 * The analysis of one layer: weights in, {@link io.isotherm.contracts.spectrum.Outcome} out.
 *
 * <p>{@link io.isotherm.spectra.LayerAnalysis} asks an estimator (package {@code estimator}) which
 * matrices of the layer it looks at (package {@code matrix}), an {@link
 * io.isotherm.spectra.EigenvalueSolver} for their eigenvalues, and the estimator for the fit of
 * their tail (package {@code fit}). What a run does with the alphas of its layers is package {@code
 * policy}. Nothing here knows a message broker, a framework or a native library.
 */
package io.isotherm.spectra;
