/**
 * A layer's weights as matrices: which matrices a tensor stands for, and how their elements reach a
 * solver's own memory. No linear algebra happens here.
 */
package io.isotherm.spectra.matrix;
