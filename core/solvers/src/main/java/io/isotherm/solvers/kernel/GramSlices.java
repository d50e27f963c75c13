package io.isotherm.solvers.kernel;

/**
 * How a Gram matrix in single precision is added up where the weights have few bits, as those of
 * 16-bit formats have.
 *
 * <p>The last bits of their squares are not random: those of odd numbers leave 1 on division by 8,
 * and never 5. So the roundings of a long sum go to one side more often than to the other, and the
 * diagonal of the Gram matrix, and with it all eigenvalues, come out too small (BF16) or too large
 * (F16). A sum of 96 squares is off by 2 unit roundoffs of itself, of 320 by up to 9, of 5,504 by
 * 87; with weights of full single precision it is less than one. Sums of sums have last bits that
 * are random.
 */
public final class GramSlices {

  /** Terms of a sum if it were as large as the largest eigenvalue. */
  private static final int TERMS = 96;

  private GramSlices() {}

  /**
   * How many columns of wide matrices, or rows of tall ones, are summed at a time, so that
   * eigenvalues are off by 3 unit roundoffs of the largest. That one is {@code (1 + sqrt(n / m))²}
   * times as large as an element of the diagonal where weights are random (Marchenko and Pastur), n
   * the shorter side, and larger where they are trained.
   */
  public static int depth(int rows, int columns) {
    double shape = (double) Math.min(rows, columns) / Math.max(rows, columns);
    return (int) (TERMS * Math.pow(1 + Math.sqrt(shape), 2));
  }
}
