/**
 * The command {@code analyze}: which tensors of a checkpoint are layers, workers that analyse them
 * side by side, and the results as a table or as JSON. The mathematics is in {@code spectra}; only
 * what a user sees of it is here.
 */
package io.isotherm.checkpoints;
