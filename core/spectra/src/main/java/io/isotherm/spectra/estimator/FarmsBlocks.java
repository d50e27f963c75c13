package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.Metric;
import io.isotherm.spectra.matrix.WeightMatrices;
import io.isotherm.spectra.matrix.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * FARMS' blocks of a convolution. Every slice {@code W[:, :, i, j]} lies so that it is at least as
 * high as wide, and is cut into {@code floor(height / width)} blocks of rows, one below the other;
 * what is left over is not looked at. Block number d of all slices is one group. Rows, step and
 * number of windows play no part, the aspect does: blocks are {@code width} rows high and {@code
 * aspect * width} columns wide, or, if it is more than 1, {@code width / aspect} rows high and
 * {@code width} columns wide.
 *
 * <p>Where the kernel is larger than the channels ({@code out + in < kH + kW}), the published code
 * takes the kernels {@code W[o, i]} for the slices, and lays them at least as wide as high: a
 * square kernel is one block, and others give none.
 *
 * @param aspect {@code Q}
 */
record FarmsBlocks(double aspect) {

  Reading read(WeightTensor weights) {
    WeightMatrices slices = slices(weights);
    int width = slices.columns();
    int blocks = slices.rows() / width;
    if (blocks == 0) {
      return new Reading.Undefined(
          "kernels of %d x %d with %d inputs and %d outputs cannot be cut into square blocks"
              .formatted(
                  weights.kernelHeight(),
                  weights.kernelWidth(),
                  weights.inputs(),
                  weights.outputs()));
    }
    double rows = aspect > 1 ? floorDivide(width, aspect) : width;
    double columns = aspect > 1 ? width : floorDivide(width, 1 / aspect);
    int blockRows = (int) Math.max(1, rows);
    int blockColumns = (int) Math.max(1, columns);
    List<WeightMatrices> groups = new ArrayList<>();
    for (int block = 0; block < blocks; block++) {
      groups.add(
          slices.windows(new int[] {block * blockRows}, new int[] {0}, blockRows, blockColumns));
    }
    return new Reading.Groups(
        groups,
        Map.of(Metric.WINDOWS.key(), (double) slices.count(), Metric.BLOCKS.key(), (double) blocks),
        Optional.empty());
  }

  private static WeightMatrices slices(WeightTensor weights) {
    boolean kernelIsLarger =
        weights.kernelRank() == 2
            && weights.outputs() + weights.inputs()
                < weights.kernelHeight() + weights.kernelWidth();
    if (kernelIsLarger) {
      WeightMatrices kernels = weights.kernels();
      return kernels.rows() > kernels.columns() ? kernels.transposed() : kernels;
    }
    WeightMatrices slices = weights.slices();
    return slices.rows() < slices.columns() ? slices.transposed() : slices;
  }

  /** Python's {@code //} of two positive floats, which is not always the quotient rounded down. */
  private static double floorDivide(double dividend, double divisor) {
    return Math.rint((dividend - dividend % divisor) / divisor);
  }
}
