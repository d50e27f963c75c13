package io.isotherm.checkpoints;

import io.isotherm.checks.Checks;

/**
 * What an analysis may take of the machine.
 *
 * @param threads layers that are analysed at once, 1 or more
 * @param memoryBytes outside the heap, for the tensors and where solvers compute
 */
public record Resources(int threads, long memoryBytes) {

  /** Checks both. */
  public Resources {
    Checks.requirePositive("threads", (long) threads);
    Checks.requirePositive("memory", memoryBytes);
  }
}
