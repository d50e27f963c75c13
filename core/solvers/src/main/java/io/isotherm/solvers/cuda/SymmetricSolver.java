package io.isotherm.solvers.cuda;

import com.sun.jna.Pointer;

/** A way to the eigenvalues of symmetric matrices of one order on the device. */
interface SymmetricSolver {

  /**
   * Matrices one after the other, of which the lower triangles are read, in columns.
   *
   * @param address on the device
   * @param stride from one column to the next, in numbers
   */
  record Matrices(Pointer address, int order, int stride, int count, Real real) {}

  /** How many matrices it solves at once. */
  int together();

  /** Bytes of the device's memory that it computes in for so many matrices at once. */
  long workBytes(int count);

  /**
   * Puts the solution into the stream. The matrices are destroyed.
   *
   * @param matrices no more than {@link #together()}
   * @param values on the device, ascending for each matrix
   * @param info on the device, an int for each matrix, all 0; not 0 afterwards where it failed
   * @param work {@link #workBytes} of the device's memory
   */
  void solve(Matrices matrices, Pointer values, Pointer info, Pointer work);

  /** What an {@code info} that is not 0 means. */
  String failure(int info);
}
