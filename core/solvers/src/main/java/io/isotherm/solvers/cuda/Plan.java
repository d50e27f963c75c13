package io.isotherm.solvers.cuda;

import io.isotherm.spectra.matrix.WeightMatrices;

/**
 * How the matrices of one call go through the device: how many are there at once, how many of those
 * are solved at once, and where in one block of its memory everything lies.
 *
 * @param together matrices that are on the device at once
 * @param solved of those, how many are solved at once
 * @param solver solves them
 * @param work of the solver
 * @param gram where the Gram matrices begin; before them lie the weights, from 0
 * @param values where the eigenvalues begin, of all that are there at once
 * @param info where what the solver says of each matrix begins
 * @param narrow where weights of 16 bits lie before they are widened
 * @param scratch where what the solver computes in begins
 * @param bytes of the block
 */
record Plan(
    int together,
    int solved,
    SymmetricSolver solver,
    SymmetricSolver.Work work,
    long gram,
    long values,
    long info,
    long narrow,
    long scratch,
    long bytes) {

  /** What the weights or the Gram matrices of one round may take, unless one alone takes more. */
  private static final long ROUND_BYTES = 256 << 20;

  /** As {@code cudaMalloc} aligns. */
  private static final long ALIGNMENT = 256;

  /**
   * A plan.
   *
   * @param oneByOne solves one matrix
   * @param batched solves many; the same if there is none
   */
  static Plan of(
      WeightMatrices matrices, Real real, SymmetricSolver oneByOne, SymmetricSolver batched) {
    int order = matrices.order();
    long weightBytes = (long) matrices.matrixLength() * real.bytes();
    long gramBytes = (long) order * order * real.bytes();
    long most = Math.max(1, ROUND_BYTES / Math.max(weightBytes, gramBytes));
    int together = (int) Math.min(matrices.count(), Math.min(most, SyevBatched.MAX_COUNT));
    boolean batch = batched != oneByOne && paysInBatches(order, together);
    SymmetricSolver solver = batch ? batched : oneByOne;
    int solved = batch ? together : 1;
    SymmetricSolver.Work work = solver.work(order, solved, real);
    long gram = aligned(together * weightBytes);
    long values = gram + aligned(solved * gramBytes);
    long info = values + aligned((long) together * order * real.bytes());
    long narrow = info + aligned((long) together * Integer.BYTES);
    long scratch = narrow + aligned(Upload.narrowBytes(matrices, together, real));
    return new Plan(
        together,
        solved,
        solver,
        work,
        gram,
        values,
        info,
        narrow,
        scratch,
        scratch + aligned(work.deviceBytes()));
  }

  /**
   * Measured on an H200: up to an order of 256 two matrices at once are faster than one after the
   * other, up to 1024 it takes eight, and larger ones never are.
   */
  private static boolean paysInBatches(int order, int count) {
    return order <= 256 ? count >= 2 : order <= 1024 && count >= 8;
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
