package io.isotherm.solvers.cuda;

import io.isotherm.spectra.matrix.WeightMatrices;

/**
 * How the matrices of one call go through the device: how many are there at once, how many of those
 * are solved at once, and where in one block of its memory everything lies, the layer's weights as
 * they were stored from 0.
 *
 * @param together matrices that are unpacked at once
 * @param solved of those, how many are solved at once
 * @param stride of the Gram matrices
 * @param offsets where the places of the matrices within the weights begin
 * @param matrices where the unpacked matrices begin
 * @param gram where the Gram matrices begin
 * @param values where the eigenvalues begin
 * @param info where what the solver says of each matrix begins
 * @param work where what the solver computes in begins
 * @param bytes of the block
 */
record Plan(
    int together,
    int solved,
    int stride,
    long offsets,
    long matrices,
    long gram,
    long values,
    long info,
    long work,
    long bytes) {

  /** What unpacked matrices, or Gram matrices, may take, unless one alone takes more. */
  private static final long ROUND_BYTES = 256 << 20;

  /** Rows of a grid of thread blocks are fewer. */
  private static final int MOST_TOGETHER = 1 << 15;

  /** As {@code cudaMalloc} aligns. */
  private static final long ALIGNMENT = 256;

  static Plan of(WeightMatrices layer, long rawBytes, Real real, SymmetricSolver solver) {
    int order = layer.order();
    int stride = Householder.stride(order);
    long matrixBytes = (long) layer.matrixLength() * real.bytes();
    long gramBytes = (long) order * stride * real.bytes();
    long most = Math.max(1, ROUND_BYTES / Math.max(matrixBytes, gramBytes));
    int together = (int) Math.min(layer.count(), Math.min(most, MOST_TOGETHER));
    int solved = Math.min(together, solver.together());
    long offsets = aligned(rawBytes);
    long matrices = offsets + aligned((long) layer.count() * Long.BYTES);
    long gram = matrices + aligned(together * matrixBytes);
    long values = gram + aligned(solved * gramBytes);
    long info = values + aligned((long) together * order * real.bytes());
    long work = info + aligned((long) together * Integer.BYTES);
    return new Plan(
        together,
        solved,
        stride,
        offsets,
        matrices,
        gram,
        values,
        info,
        work,
        work + aligned(solver.workBytes(solved)));
  }

  static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
