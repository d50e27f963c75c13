package io.isotherm.spectra.eigen;

/**
 * Eigenvalues of a dense symmetric matrix without eigenvectors: Householder tridiagonalisation
 * (Golub and Van Loan, Matrix Computations, 4th ed., algorithm 8.3.1), then {@link
 * TridiagonalEigenvalues}. About {@code 4/3 n³} operations.
 */
public final class SymmetricEigenvalues {

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
   * @throws ArithmeticException if the iteration does not converge
   */
  public static double[] of(double[] a, int n) {
    SymmetricEigenvalues solver = new SymmetricEigenvalues(a, n);
    solver.tridiagonalise();
    TridiagonalEigenvalues.replace(solver.diagonal, solver.offDiagonal);
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
}
