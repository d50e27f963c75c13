package io.isotherm.solvers.kernel;

import java.nio.FloatBuffer;

/**
 * Reduces a symmetric matrix in single precision to tridiagonal form in two stages: to a band by
 * products of blocks, at a large share of what the processor can do, and from there by chasing
 * bulges (Bischof, Lang and Sun, A framework for symmetric band reduction, ACM TOMS 26, 2000;
 * Haidar, Ltaief and Dongarra, Parallel reduction to condensed forms, SC11). In one stage, half of
 * the operations are products of the matrix and a vector, which wait for memory.
 *
 * <p>An instance keeps memory for the largest order n so far, {@code 2.7 n² + 700 n} bytes and some
 * kilobytes, and asks for none when it is warm. It serves one thread at a time.
 */
public final class TwoStageTridiagonalisation {

  /** The largest order, at which indices still fit an {@code int}. */
  public static final int MAX_ORDER = 46_000;

  private static final int WARM_UP_ORDER = 300;
  private static final int WARM_UP_RUNS = 50;
  private static final long WARM_UP_NANOS = 1_000_000_000;

  private final SymmetricTiles tiles = new SymmetricTiles();
  private final BandReduction bandReduction = new BandReduction();
  private final SymmetricBand band = new SymmetricBand();
  private final BulgeChasing bulgeChasing = new BulgeChasing();

  /** Bytes of memory for a matrix of some order. */
  public static long bytes(int order) {
    return SymmetricTiles.bytes(order) + BandReduction.bytes(order) + SymmetricBand.bytes(order);
  }

  /**
   * Reduces one matrix.
   *
   * @param lower the lower triangle row by row, {@code order} elements to a row; in other words,
   *     the upper triangle column by column. The position of the buffer does not matter, and what
   *     lies beyond the diagonal is not read. Nothing is written to it.
   * @param order number of rows, at most {@link #MAX_ORDER}
   * @param d takes the diagonal
   * @param e takes the off-diagonal, {@code order - 1} elements
   */
  public void reduce(FloatBuffer lower, int order, float[] d, float[] e) {
    if (order > MAX_ORDER) {
      throw new IllegalArgumentException(
          "order must be at most %d, got: %d".formatted(MAX_ORDER, order));
    }
    int exponent = tiles.load(lower, order);
    band.clear(order);
    bandReduction.reduce(tiles, band);
    bulgeChasing.reduce(band);
    band.copyTridiagonal(d, e, exponent);
  }

  /**
   * Has the kernels compiled, which are a hundred times slower before that; takes about a second.
   */
  public void warmUp() {
    FloatBuffer matrix = FloatBuffer.allocate(WARM_UP_ORDER * WARM_UP_ORDER);
    for (int i = 0; i < matrix.capacity(); i++) {
      matrix.put(i, (float) Math.sin(i * (double) i));
    }
    float[] d = new float[WARM_UP_ORDER];
    float[] e = new float[WARM_UP_ORDER];
    long start = System.nanoTime();
    for (int i = 0; i < WARM_UP_RUNS && System.nanoTime() - start < WARM_UP_NANOS; i++) {
      reduce(matrix, WARM_UP_ORDER, d, e);
    }
  }
}
