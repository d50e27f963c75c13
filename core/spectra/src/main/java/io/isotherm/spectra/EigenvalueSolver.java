package io.isotherm.spectra;

import io.isotherm.spectra.matrix.WeightMatrices;

/**
 * Computes the eigenvalues of the smaller Gram matrix ({@code W Wᵀ} or {@code Wᵀ W}) of each matrix
 * of a layer, which are the squared singular values of the matrix.
 *
 * <p>An instance owns its workspace and serves one thread at a time: give each worker its own, and
 * close it when the worker ends. It can be used again after a failed call.
 */
public interface EigenvalueSolver extends AutoCloseable {

  /** Names the solver in outcomes and logs, with its backend where there is more than one. */
  String name();

  /** Whether the solver can compute in this format; every solver can in {@link Precision#FP64}. */
  boolean supports(Precision precision);

  /**
   * Whether all matrices of a call are solved side by side, as on a GPU, and not one by one: then
   * nothing is won by dividing a call.
   */
  default boolean solvesTogether() {
    return false;
  }

  /**
   * Writes the eigenvalues of all matrices, {@link WeightMatrices#order()} for each, those of
   * matrix {@code k} ascending from index {@code k * order()}. None is negative: what rounding made
   * negative is 0. The weights must be finite.
   *
   * @param precision supported by this solver
   * @param target of at least {@link WeightMatrices#eigenvalueCount()} elements
   * @throws SolverException if the solver does not converge or the matrices need more workspace
   *     than it may use
   * @throws SolverLostException if it will never work again
   */
  void eigenvalues(WeightMatrices matrices, Precision precision, double[] target);

  /**
   * What {@link #eigenvalues(WeightMatrices, Precision, double[])} writes, in an array of its own.
   */
  default double[] eigenvalues(WeightMatrices matrices, Precision precision) {
    double[] target = new double[matrices.eigenvalueCount()];
    eigenvalues(matrices, precision, target);
    return target;
  }

  /**
   * Pays for what only the first call costs, such as loading a native library, so that a service
   * can do it before it reports itself ready.
   *
   * @throws SolverException if the solver cannot work on this machine
   */
  void warmUp();

  /** Gives back what only large layers need; the next call asks for it again. */
  default void trim() {}

  @Override
  void close();
}
