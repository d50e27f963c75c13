/**
 * How much of each layer is pruned, from the layers' alphas. What becomes of the weights is for
 * pruning codes to decide; nothing here changes any.
 */
package io.isotherm.spectra.pruning;
