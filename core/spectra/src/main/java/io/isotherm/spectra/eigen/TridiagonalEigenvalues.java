package io.isotherm.spectra.eigen;

import java.util.Arrays;

/**
 * Eigenvalues of a symmetric tridiagonal matrix without eigenvectors: the QL iteration of Pal,
 * Walker and Kahan, which needs no square root per step (Parlett, The Symmetric Eigenvalue Problem,
 * section 8.15; LAPACK's {@code dsterf}). About {@code n²} short steps.
 */
public final class TridiagonalEigenvalues {

  /** LAPACK's limit; two steps per eigenvalue are usual. */
  private static final int MAX_STEPS_PER_EIGENVALUE = 30;

  private static final double ROUNDOFF_SQUARED = 0x1p-53 * 0x1p-53;

  private final int n;
  private final double[] d;
  private final double[] squares;

  private TridiagonalEigenvalues(double[] d, double[] squares) {
    this.n = d.length;
    this.d = d;
    this.squares = squares;
  }

  /**
   * Replaces the diagonal by the eigenvalues, ascending.
   *
   * @param diagonal of the matrix, whose elements must be such that their squares neither overflow
   *     nor vanish
   * @param offDiagonal of at least one element less; destroyed
   * @throws ArithmeticException if the iteration does not converge
   */
  public static void replace(double[] diagonal, double[] offDiagonal) {
    int n = diagonal.length;
    for (int i = 0; i < n - 1; i++) {
      offDiagonal[i] *= offDiagonal[i];
    }
    // Eigenvalues are found from the top on; small elements belong there.
    if (n > 1 && Math.abs(diagonal[n - 1]) < Math.abs(diagonal[0])) {
      reverse(diagonal, n);
      reverse(offDiagonal, n - 1);
    }
    new TridiagonalEigenvalues(diagonal, offDiagonal).iterate();
    Arrays.sort(diagonal);
  }

  private static void reverse(double[] values, int length) {
    for (int i = 0, j = length - 1; i < j; i++, j--) {
      double value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }

  private void iterate() {
    int steps = 0;
    for (int first = 0; first < n - 1; ) {
      int last = unreducedEnd(first);
      if (last == first) {
        first++;
      } else if (steps++ == MAX_STEPS_PER_EIGENVALUE * n) {
        throw new ArithmeticException(
            "the QL iteration on a matrix of order %d did not converge in %d steps"
                .formatted(n, steps));
      } else {
        step(first, last);
      }
    }
  }

  /** Last index of the unreduced block that begins at {@code first}. */
  private int unreducedEnd(int first) {
    int last = first;
    while (last < n - 1
        && squares[last] > ROUNDOFF_SQUARED * Math.abs(d[last] * d[last + 1])
        && squares[last] >= Double.MIN_NORMAL) {
      last++;
    }
    return last;
  }

  private void step(int first, int last) {
    double shift = wilkinsonShift(first);
    double cosine = 1;
    double sine = 0;
    double gamma = d[last] - shift;
    double p = gamma * gamma;
    for (int i = last - 1; i >= first; i--) {
      double square = squares[i];
      double r = p + square;
      if (i < last - 1) {
        squares[i + 1] = sine * r;
      }
      double before = cosine;
      cosine = p / r;
      sine = square / r;
      double old = gamma;
      gamma = cosine * (d[i] - shift) - sine * old;
      d[i + 1] = old + (d[i] - gamma);
      p = cosine == 0 ? before * square : gamma * gamma / cosine;
    }
    squares[first] = sine * p;
    d[first] = shift + gamma;
  }

  /** The eigenvalue of the first 2x2 block that is closer to its first element. */
  private double wilkinsonShift(int first) {
    double e = Math.sqrt(squares[first]);
    double half = (d[first + 1] - d[first]) / (2 * e);
    double root = Math.sqrt(half * half + 1);
    return d[first] - e / (half + (half < 0 ? -root : root));
  }
}
