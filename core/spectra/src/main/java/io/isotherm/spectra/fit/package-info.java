/**
 * From eigenvalues to numbers: the pooled {@link io.isotherm.spectra.fit.Spectrum} of a layer, the
 * power-law fits of its tail, and the certificate that says when rounding errors would decide the
 * result. The fits differ in where the tail starts: {@link io.isotherm.spectra.fit.HillFit} at a
 * given position, {@link io.isotherm.spectra.fit.XminScan} where it fits best, {@link
 * io.isotherm.spectra.fit.XminPeak} at the best place around the peak.
 */
package io.isotherm.spectra.fit;
