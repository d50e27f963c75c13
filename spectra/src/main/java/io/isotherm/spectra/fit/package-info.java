/**
 * From eigenvalues to numbers: the pooled spectrum of a layer, the power-law fit of its tail, and
 * the certificate that says when rounding errors would decide the result.
 */
package io.isotherm.spectra.fit;
