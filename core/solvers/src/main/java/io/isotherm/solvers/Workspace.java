package io.isotherm.solvers;

/**
 * Memory that a solver computes in.
 *
 * @param nativeBytes outside the heap
 * @param heapBytes on the heap
 */
public record Workspace(long nativeBytes, long heapBytes) {}
