/** What a snapshot will take of the memory budget, told from its first chunk. */
package io.isotherm.spectral.memory;
