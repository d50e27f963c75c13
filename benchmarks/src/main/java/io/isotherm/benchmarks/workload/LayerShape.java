package io.isotherm.benchmarks.workload;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Shape of one layer's weights.
 *
 * @param dimensions {@code [out, in]} of a dense layer or {@code [out, in, kH, kW]} of a
 *     convolution, each at least 1
 */
public record LayerShape(List<Integer> dimensions) {

  private static final int DENSE = 2;
  private static final int CONVOLUTION = 4;

  /** Checks rank, sizes, and that a buffer holds the weights. */
  public LayerShape {
    dimensions = List.copyOf(dimensions);
    if (dimensions.size() != DENSE && dimensions.size() != CONVOLUTION) {
      throw new IllegalArgumentException(
          "a shape must have 2 dimensions (dense) or 4 (convolution), got: " + text(dimensions));
    }
    long bytes = Float.BYTES;
    for (int dimension : dimensions) {
      if (dimension < 1) {
        throw new IllegalArgumentException(
            "dimensions of a shape must be 1 or more, got: " + text(dimensions));
      }
      bytes = bytes > Integer.MAX_VALUE ? bytes : bytes * dimension;
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the weights of a layer must have less than 2 GiB, got shape: " + text(dimensions));
    }
  }

  /**
   * Reads {@code 768x2304} or {@code 512x512x3x3}.
   *
   * @throws IllegalArgumentException with one line that says what is wrong
   */
  public static LayerShape parse(String text) {
    try {
      return new LayerShape(Arrays.stream(text.split("x", -1)).map(Integer::valueOf).toList());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "a shape must look like 768x2304 or 512x512x3x3, got: '" + text + "'", e);
    }
  }

  /** How many matrices the layer has: one, or one per position of the kernel. */
  public int matrices() {
    return dimensions.stream().skip(DENSE).reduce(1, (a, b) -> a * b);
  }

  /** Eigenvalues per matrix. */
  public int order() {
    return Math.min(dimensions.get(0), dimensions.get(1));
  }

  /** Inputs of one output: what a layer's initialisation is scaled by. */
  public int fanIn() {
    return dimensions.get(1) * matrices();
  }

  /** Number of weights. */
  public int weights() {
    return dimensions.get(0) * fanIn();
  }

  /**
   * Floating-point operations that the direct route cannot do without: half of the Gram matrix,
   * {@code n² m}, and its reduction to tridiagonal form, {@code 4/3 n³} (Golub and Van Loan, Matrix
   * Computations, 4th ed., 8.3.1), with n the smaller and m the larger dimension.
   */
  public double floorFlops() {
    double n = order();
    double m = Math.max(dimensions.get(0), dimensions.get(1));
    return matrices() * (n * n * m + 4.0 / 3 * n * n * n);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return text(dimensions);
  }

  private static String text(List<Integer> dimensions) {
    return dimensions.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
