package io.isotherm.checkpoints.weights;

import java.util.Arrays;

/** Rows of a product. */
final class LowRankProduct {

  private LowRankProduct() {}

  /**
   * Row {@code i} of {@code scale * left * right}.
   *
   * @param left row-major, with as many columns as {@code right} has rows
   * @param right row-major
   * @param target as long as a row of {@code right}
   */
  static void row(double[] left, int i, double[] right, double scale, double[] target) {
    int inner = right.length / target.length;
    Arrays.fill(target, 0);
    for (int k = 0; k < inner; k++) {
      double factor = scale * left[i * inner + k];
      int from = k * target.length;
      for (int j = 0; j < target.length; j++) {
        target[j] += factor * right[from + j];
      }
    }
  }
}
