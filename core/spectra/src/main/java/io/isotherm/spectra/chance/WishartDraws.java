package io.isotherm.spectra.chance;

import io.isotherm.spectra.eigen.TridiagonalEigenvalues;
import io.isotherm.spectra.fit.Spectrum;
import java.util.Random;

/**
 * Eigenvalues of {@code W Wᵀ / n} for random matrices W of m rows and n columns, m ≤ n, with
 * independent normal entries of variance 1, without such a matrix: W is by reflections from both
 * sides a bidiagonal one whose entries are independent and chi-distributed, with n, n - 1, …
 * degrees of freedom on the diagonal and m - 1, …, 1 below (Dumitriu and Edelman, Matrix models for
 * beta ensembles, Journal of Mathematical Physics 43, 2002). Order n² operations, and exactly the
 * same distribution.
 */
final class WishartDraws {

  private final Random random;

  /** Draws that depend on {@code seed} alone: {@link Random} is specified to the bit. */
  WishartDraws(long seed) {
    this.random = new Random(seed);
  }

  /** The eigenvalues of one random matrix, ascending. */
  double[] next(int rows, int columns) {
    double[] diagonal = new double[rows];
    double[] offDiagonal = new double[rows];
    double below = 0;
    for (int i = 0; i < rows; i++) {
      double square = chiSquare(columns - i) / columns;
      diagonal[i] = square + below;
      below = i < rows - 1 ? chiSquare(rows - 1 - i) / columns : 0;
      offDiagonal[i] = Math.sqrt(square * below);
    }
    TridiagonalEigenvalues.replace(diagonal, offDiagonal);
    for (int i = 0; i < rows && diagonal[i] < 0; i++) {
      diagonal[i] = 0;
    }
    return diagonal;
  }

  /**
   * The pooled eigenvalues of a layer's matrices, their mean expected at {@code meanEigenvalue}.
   */
  Spectrum pooled(RandomLayer layer, double meanEigenvalue) {
    double[] values = new double[Math.toIntExact(layer.eigenvalues())];
    for (int k = 0; k < layer.matrices(); k++) {
      double[] drawn = next(layer.order(), layer.length());
      System.arraycopy(drawn, 0, values, k * layer.order(), layer.order());
    }
    return Spectrum.pooled(values, layer.order(), meanEigenvalue, 0x1p-53);
  }

  /** A normal number. */
  double normal() {
    return random.nextGaussian();
  }

  /**
   * Twice a gamma-distributed number (Marsaglia and Tsang, A simple method for generating gamma
   * variables, ACM Transactions on Mathematical Software 26, 2000).
   */
  private double chiSquare(int degrees) {
    if (degrees == 1) {
      double normal = random.nextGaussian();
      return normal * normal;
    }
    double d = degrees / 2.0 - 1 / 3.0;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double cube = 1 + c * x;
      double v = cube * cube * cube;
      if (v > 0
          && StrictMath.log(random.nextDouble()) < x * x / 2 + d - d * v + d * StrictMath.log(v)) {
        return 2 * d * v;
      }
    }
  }
}
