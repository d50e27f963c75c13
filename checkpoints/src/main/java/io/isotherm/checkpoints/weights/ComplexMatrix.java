package io.isotherm.checkpoints.weights;

/** A complex matrix with at least as many rows as columns, in double precision. */
final class ComplexMatrix {

  private final int rows;
  private final int columns;
  private final double[][] real;
  private final double[][] imaginary;

  ComplexMatrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    this.real = new double[columns][rows];
    this.imaginary = new double[columns][rows];
  }

  void put(int row, int column, double re, double im) {
    real[column][row] = re;
    imaginary[column][row] = im;
  }

  /**
   * The magnitudes on the diagonal and beside it of a bidiagonal matrix with the singular values of
   * this one, whose elements are overwritten.
   */
  double[][] bidiagonalised() {
    double[] diagonal = new double[columns];
    double[] beside = new double[Math.max(0, columns - 1)];
    for (int k = 0; k < columns; k++) {
      diagonal[k] = clearColumn(k);
      if (k + 1 < columns) {
        beside[k] = clearRow(k);
      }
    }
    return new double[][] {diagonal, beside};
  }

  /** Reflects rows k and below so that column k has nothing below row k; returns what is left. */
  private double clearColumn(int k) {
    double[] vectorRe = real[k].clone();
    double[] vectorIm = imaginary[k].clone();
    double norm = reflector(vectorRe, vectorIm, k, rows);
    if (norm > 0) {
      for (int j = k + 1; j < columns; j++) {
        double re = 0;
        double im = 0;
        for (int i = k; i < rows; i++) {
          re += vectorRe[i] * real[j][i] + vectorIm[i] * imaginary[j][i];
          im += vectorRe[i] * imaginary[j][i] - vectorIm[i] * real[j][i];
        }
        for (int i = k; i < rows; i++) {
          real[j][i] -= vectorRe[i] * re - vectorIm[i] * im;
          imaginary[j][i] -= vectorRe[i] * im + vectorIm[i] * re;
        }
      }
    }
    return norm;
  }

  /** Reflects the columns behind k so that row k has nothing behind column k + 1. */
  private double clearRow(int k) {
    double[] vectorRe = new double[columns];
    double[] vectorIm = new double[columns];
    for (int j = k + 1; j < columns; j++) {
      vectorRe[j] = real[j][k];
      vectorIm[j] = -imaginary[j][k];
    }
    double norm = reflector(vectorRe, vectorIm, k + 1, columns);
    if (norm > 0) {
      double[] re = new double[rows];
      double[] im = new double[rows];
      for (int j = k + 1; j < columns; j++) {
        for (int i = k; i < rows; i++) {
          re[i] += real[j][i] * vectorRe[j] - imaginary[j][i] * vectorIm[j];
          im[i] += real[j][i] * vectorIm[j] + imaginary[j][i] * vectorRe[j];
        }
      }
      for (int j = k + 1; j < columns; j++) {
        for (int i = k; i < rows; i++) {
          real[j][i] -= re[i] * vectorRe[j] + im[i] * vectorIm[j];
          imaginary[j][i] -= im[i] * vectorRe[j] - re[i] * vectorIm[j];
        }
      }
    }
    return norm;
  }

  /**
   * Makes of x the v of length sqrt(2) for which {@code (1 - v v*) x} has nothing but its first
   * element.
   *
   * @return the length of x; 0 if there is nothing to reflect
   */
  private static double reflector(double[] re, double[] im, int from, int to) {
    double square = 0;
    for (int i = from; i < to; i++) {
      square += re[i] * re[i] + im[i] * im[i];
    }
    double norm = Math.sqrt(square);
    if (norm == 0) {
      return 0;
    }
    double first = Math.hypot(re[from], im[from]);
    re[from] += first == 0 ? norm : norm * (re[from] / first);
    im[from] += first == 0 ? 0 : norm * (im[from] / first);
    double scale = 1 / Math.sqrt(norm * (norm + first));
    for (int i = from; i < to; i++) {
      re[i] *= scale;
      im[i] *= scale;
    }
    return norm;
  }
}
