package io.isotherm.benchmarks.compare;

import io.isotherm.benchmarks.workload.WeightFile;

/** Somebody who computes the alphas of a workload's layers. Used by one thread. */
interface Contestant extends AutoCloseable {

  /** As it stands in the table and on the command line. */
  String name();

  /** Version, library and threads, for the reader. */
  String description();

  /** Brings the weights into memory; those of the last workload are forgotten. */
  void load(WeightFile weights) throws ContestantException;

  /** Computes all layers once. */
  Lap run() throws ContestantException;

  @Override
  void close();
}
