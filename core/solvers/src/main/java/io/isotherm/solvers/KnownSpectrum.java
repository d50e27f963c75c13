package io.isotherm.solvers;

import java.util.Random;

/**
 * A full symmetric matrix whose eigenvalues are known: a diagonal matrix between two reflections
 * {@code I - 2 v vᵀ / vᵀv}.
 *
 * @param eigenvalues ascending, from 0 to 1
 * @param matrix order x order elements
 */
record KnownSpectrum(double[] eigenvalues, double[] matrix) {

  /** One with random eigenvalues and a random reflection. */
  static KnownSpectrum of(int order, Random random) {
    double[] values = random.doubles(order, 0, 1).sorted().toArray();
    double[] v = random.doubles(order, -1, 1).toArray();
    double square = 0;
    double product = 0;
    for (int i = 0; i < order; i++) {
      square += v[i] * v[i];
      product += v[i] * values[i] * v[i];
    }
    double[] matrix = new double[order * order];
    for (int j = 0; j < order; j++) {
      for (int i = 0; i < order; i++) {
        matrix[j * order + i] =
            v[i] * v[j] / square * (4 * product / square - 2 * values[i] - 2 * values[j]);
      }
      matrix[j * order + j] += values[j];
    }
    return new KnownSpectrum(values, matrix);
  }

  /** How many rows the matrix has. */
  int order() {
    return eigenvalues.length;
  }

  /** The largest difference of {@code found} to the eigenvalues; NaN if one of them is. */
  double difference(double[] found) {
    double largest = 0;
    for (int i = 0; i < eigenvalues.length; i++) {
      largest = Math.max(largest, Math.abs(found[i] - eigenvalues[i]));
    }
    return largest;
  }
}
