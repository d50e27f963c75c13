/**
 * What layers may take of the memory together: how much one needs, and a budget that it is taken
 * from before the layer is begun. Nothing here allocates.
 */
package io.isotherm.solvers.memory;
