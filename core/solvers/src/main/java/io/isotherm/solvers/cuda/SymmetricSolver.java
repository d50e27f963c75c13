package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;

/** A way to the eigenvalues of symmetric matrices on the device. */
interface SymmetricSolver {

  /**
   * Matrices of one size, one after the other, of which the lower triangles are read, in columns.
   *
   * @param address on the device
   */
  record Matrices(Pointer address, int order, int count, Real real) {}

  /**
   * Memory that it computes in.
   *
   * @param deviceBytes of the device
   * @param hostBytes of the host
   */
  record Work(long deviceBytes, long hostBytes) {}

  /** What it needs for so many matrices of an order. */
  Work work(int order, int count, Real real);

  /**
   * Puts the solution into the stream. The matrices are destroyed.
   *
   * @param values on the device, ascending for each matrix
   * @param info on the device, an int for each matrix, not 0 where it did not converge
   * @param work what {@link #work} gave
   * @param device as many bytes of the device's memory as that says
   */
  void solve(Matrices matrices, Pointer values, Pointer info, Work work, Pointer device);
}
