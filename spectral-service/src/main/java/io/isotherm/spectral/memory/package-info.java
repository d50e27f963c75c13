/**
 * What layers may take of the memory: asked for before a layer is begun, given back when its answer
 * is published. Nothing here knows chunks or workers.
 */
package io.isotherm.spectral.memory;
