/**
 * What chance gives: alpha of random matrices of a layer's shape, by the layer's own estimator, and
 * its spread. Random spectra are drawn, never decomposed; docs/method.md has the derivation.
 */
package io.isotherm.spectra.chance;
