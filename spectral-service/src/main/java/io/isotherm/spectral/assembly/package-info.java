/**
 * Chunks put together to documents, whole layers and those that come in shards, and what a layer
 * will take of the memory budget. What is answered where that does not work is not known here.
 */
package io.isotherm.spectral.assembly;
