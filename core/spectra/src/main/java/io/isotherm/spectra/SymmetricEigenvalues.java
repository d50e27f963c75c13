package io.isotherm.spectra;

import java.util.Arrays;

/**
 * Eigenvalues of a dense symmetric matrix without eigenvectors: Householder tridiagonalisation
 * (Golub and Van Loan, Matrix Computations, 4th ed., algorithm 8.3.1), then implicit QR steps with
 * Wilkinson's shift and deflation (algorithms 8.3.2 and 8.3.3). About {@code 4/3 n³} operations.
 */
final class SymmetricEigenvalues {

  /** LAPACK's limit; two or three steps per eigenvalue are usual. */
  private static final int MAX_STEPS_PER_EIGENVALUE = 30;

  private final int n;
  private final double[] a;
  private final double[] diagonal;
  private final double[] offDiagonal;

  private SymmetricEigenvalues(double[] a, int n) {
    this.a = a;
    this.n = n;
    this.diagonal = new double[n];
    this.offDiagonal = new double[n];
  }

  /**
   * The eigenvalues in ascending order.
   *
   * @param a the whole matrix, row by row in the first {@code n * n} elements, scaled so that
   *     squares neither overflow nor vanish; destroyed
   * @throws SolverException if the iteration does not converge
   */
  static double[] of(double[] a, int n) {
    SymmetricEigenvalues solver = new SymmetricEigenvalues(a, n);
    solver.tridiagonalise();
    solver.diagonalise();
    Arrays.sort(solver.diagonal);
    return solver.diagonal;
  }

  private void tridiagonalise() {
    double[] v = new double[n];
    double[] w = new double[n];
    for (int k = 0; k < n; k++) {
      diagonal[k] = a[k * n + k];
      if (k < n - 1) {
        reflect(k, v, w);
      }
    }
  }

  /**
   * Applies the reflection {@code H = I - beta v vᵀ}, {@code v[k + 1] = 1}, that sends the part of
   * column {@code k} below the diagonal to a multiple of the first unit vector.
   */
  private void reflect(int k, double[] v, double[] w) {
    int first = k + 1;
    double head = a[k * n + first];
    double tail = 0;
    for (int i = first + 1; i < n; i++) {
      tail += a[k * n + i] * a[k * n + i];
    }
    offDiagonal[k] = head;
    if (tail == 0) {
      return;
    }
    double norm = Math.sqrt(head * head + tail);
    // The sign that adds magnitudes, so that nothing cancels.
    double image = head > 0 ? -norm : norm;
    double pivot = head - image;
    v[first] = 1;
    for (int i = first + 1; i < n; i++) {
      v[i] = a[k * n + i] / pivot;
    }
    offDiagonal[k] = image;
    rankTwoUpdate(first, -pivot / image, v, w);
  }

  /** {@code A := H A H} on the trailing block, as {@code A - v wᵀ - w vᵀ}. */
  private void rankTwoUpdate(int first, double beta, double[] v, double[] w) {
    double inner = 0;
    for (int i = first; i < n; i++) {
      double sum = 0;
      for (int j = first; j < n; j++) {
        sum += a[i * n + j] * v[j];
      }
      w[i] = beta * sum;
      inner += w[i] * v[i];
    }
    double correction = beta * inner / 2;
    for (int i = first; i < n; i++) {
      w[i] -= correction * v[i];
    }
    for (int i = first; i < n; i++) {
      for (int j = first; j < n; j++) {
        a[i * n + j] -= v[i] * w[j] + w[i] * v[j];
      }
    }
  }

  private void diagonalise() {
    int end = n - 1;
    int steps = 0;
    while (end > 0) {
      int start = unreducedStart(end);
      if (start == end) {
        end--;
      } else if (steps++ == MAX_STEPS_PER_EIGENVALUE * n) {
        throw new SolverException(
            "the QR iteration on a matrix of order %d did not converge in %d steps"
                .formatted(n, steps));
      } else {
        implicitStep(start, end);
      }
    }
  }

  /** First index of the unreduced block that ends at {@code end}; sets what is negligible to 0. */
  private int unreducedStart(int end) {
    int start = end;
    while (start > 0) {
      double neighbours = Math.abs(diagonal[start - 1]) + Math.abs(diagonal[start]);
      if (Math.abs(offDiagonal[start - 1]) <= Math.ulp(1.0) / 2 * neighbours
          || Math.abs(offDiagonal[start - 1]) < Double.MIN_NORMAL) {
        offDiagonal[start - 1] = 0;
        break;
      }
      start--;
    }
    return start;
  }

  private void implicitStep(int start, int end) {
    double x = diagonal[start] - wilkinsonShift(end);
    double z = offDiagonal[start];
    for (int k = start; k < end; k++) {
      double r = Math.hypot(x, z);
      double c = r == 0 ? 1 : x / r;
      double s = r == 0 ? 0 : z / r;
      if (k > start) {
        offDiagonal[k - 1] = r;
      }
      double p = diagonal[k];
      double q = offDiagonal[k];
      double t = diagonal[k + 1];
      diagonal[k] = c * (c * p + s * q) + s * (c * q + s * t);
      diagonal[k + 1] = s * (s * p - c * q) - c * (s * q - c * t);
      offDiagonal[k] = c * (c * q - s * p) + s * (c * t - s * q);
      if (k < end - 1) {
        x = offDiagonal[k];
        z = s * offDiagonal[k + 1];
        offDiagonal[k + 1] = c * offDiagonal[k + 1];
      }
    }
  }

  /** The eigenvalue of the last 2x2 block that is closer to its last element. */
  private double wilkinsonShift(int end) {
    double half = (diagonal[end - 1] - diagonal[end]) / 2;
    double e = offDiagonal[end - 1];
    double root = Math.hypot(half, e);
    return diagonal[end] - e * (e / (half + (half < 0 ? -root : root)));
  }
}
