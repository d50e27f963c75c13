package io.isotherm.spectral.memory;

/**
 * What a layer takes, from its first chunk to its answer.
 *
 * @param nativeBytes outside the heap: its document, and where the solver computes
 * @param heapBytes on the heap: what the solver keeps there, and the eigenvalues
 */
public record MemoryNeed(long nativeBytes, long heapBytes) {}
