/**
 * Eigenvalues of symmetric matrices in plain Java. Knows no layers and no solvers, which are built
 * on it.
 */
package io.isotherm.spectra.eigen;
