package io.isotherm.spectra;

import io.isotherm.spectra.eigen.SymmetricEigenvalues;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.nio.DoubleBuffer;
import java.util.Arrays;

/**
 * The plain Java solver: forms the smaller Gram matrix in double and hands it to {@link
 * SymmetricEigenvalues}. Needs no native library; the one that the others are measured against, and
 * many times slower than they are.
 */
public final class ReferenceEigenvalueSolver implements EigenvalueSolver {

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public boolean supports(Precision precision) {
    return precision == Precision.FP64;
  }

  @Override
  public void eigenvalues(WeightMatrices matrices, Precision precision, double[] target) {
    precision.requireSupportedBy(this);
    int order = matrices.order();
    if (matrices.eigenvalueCount() == 0) {
      return;
    }
    double[] weights = new double[matrices.matrixLength()];
    double[] gram = new double[square(order)];
    for (int k = 0; k < matrices.count(); k++) {
      matrices.copyTo(k, DoubleBuffer.wrap(weights));
      if (matrices.rows() <= matrices.columns()) {
        rowProducts(weights, matrices.rows(), matrices.columns(), gram);
      } else {
        columnProducts(weights, matrices.rows(), matrices.columns(), gram);
      }
      double[] scaled = eigenvalues(gram, order);
      for (int i = 0; i < order; i++) {
        target[k * order + i] = Math.scalb(Math.max(0, scaled[i]), 2 * matrices.exponent());
      }
    }
  }

  private static double[] eigenvalues(double[] gram, int order) {
    try {
      return SymmetricEigenvalues.of(gram, order);
    } catch (ArithmeticException e) {
      throw new SolverException(e.getMessage(), e);
    }
  }

  @Override
  public void warmUp() {
    // The first call costs nothing that later ones do not.
  }

  @Override
  public void close() {
    // Holds nothing but heap memory.
  }

  private static int square(int order) {
    try {
      return Math.multiplyExact(order, order);
    } catch (ArithmeticException e) {
      throw new SolverException(
          "a Gram matrix must have less than 2^31 elements, got order: " + order, e);
    }
  }

  /** {@code W Wᵀ}. */
  private static void rowProducts(double[] w, int rows, int columns, double[] gram) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
          sum += w[i * columns + k] * w[j * columns + k];
        }
        gram[i * rows + j] = sum;
        gram[j * rows + i] = sum;
      }
    }
  }

  /** {@code Wᵀ W}, as a sum over rows so that memory is read in order. */
  private static void columnProducts(double[] w, int rows, int columns, double[] gram) {
    Arrays.fill(gram, 0);
    for (int k = 0; k < rows; k++) {
      for (int i = 0; i < columns; i++) {
        double factor = w[k * columns + i];
        for (int j = 0; j < columns; j++) {
          gram[i * columns + j] += factor * w[k * columns + j];
        }
      }
    }
  }
}
