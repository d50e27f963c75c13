/**
 * Which tensors of a checkpoint are weight layers, and what their axes are: by their names, their
 * shapes and their siblings, and by the other layers of the file. How a weight is formed from what
 * is stored is not known here, nor what is computed of it.
 */
package io.isotherm.checkpoints.layers;
