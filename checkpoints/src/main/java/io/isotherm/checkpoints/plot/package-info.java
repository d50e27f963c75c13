/**
 * Pictures of an analysis as PNG files: the spectrum of each layer with its fit, and alpha over the
 * depth of the network. Drawn in memory, on machines without a screen too.
 */
package io.isotherm.checkpoints.plot;
