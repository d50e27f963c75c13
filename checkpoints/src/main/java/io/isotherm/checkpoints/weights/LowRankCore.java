package io.isotherm.checkpoints.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/**
 * {@code scale * R A}, where {@code B = Q R} with orthonormal columns of Q: it has the singular
 * values of {@code scale * B A} but for those that are zero because of the rank, and their vectors
 * on the side of the inputs. With fewer outputs than the rank it is {@code scale * B A} itself.
 *
 * @param pair B and A
 */
record LowRankCore(LowRankPair pair) implements Formula {

  /** How many rows R has. */
  static int rows(LowRankPair pair) {
    return Math.min(pair.rank(), pair.outputs());
  }

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    DoubleBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    int rank = pair.rank();
    int columns = pair.columns();
    double[] up = StoredRows.all(pair.up());
    double[] down = StoredRows.all(pair.down());
    double[] left = pair.outputs() > rank ? triangle(up, pair.outputs(), rank) : up;
    double[] row = new double[columns];
    for (int i = 0; i < rows(pair); i++) {
      LowRankProduct.row(left, i, down, pair.scale(), row);
      weight.put(i * columns, row);
    }
  }

  /**
   * R of a tall matrix, row-major, by modified Gram-Schmidt, whose R is as good as Householder's.
   */
  static double[] triangle(double[] matrix, int rows, int columns) {
    double[] triangle = new double[columns * columns];
    for (int k = 0; k < columns; k++) {
      double square = 0;
      for (int i = 0; i < rows; i++) {
        square += matrix[i * columns + k] * matrix[i * columns + k];
      }
      double norm = Math.sqrt(square);
      triangle[k * columns + k] = norm;
      if (norm == 0) {
        continue;
      }
      double[] products = new double[columns];
      for (int i = 0; i < rows; i++) {
        matrix[i * columns + k] /= norm;
        for (int j = k + 1; j < columns; j++) {
          products[j] += matrix[i * columns + k] * matrix[i * columns + j];
        }
      }
      for (int i = 0; i < rows; i++) {
        for (int j = k + 1; j < columns; j++) {
          matrix[i * columns + j] -= products[j] * matrix[i * columns + k];
        }
      }
      System.arraycopy(products, k + 1, triangle, k * columns + k + 1, columns - k - 1);
    }
    return triangle;
  }

  @Override
  public boolean hasOnlyTheSpectrum() {
    return true;
  }

  @Override
  public long heapBytes() {
    return pair.heapBytes() + 2L * Double.BYTES * pair.rank() * pair.rank();
  }
}
