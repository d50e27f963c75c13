package io.isotherm.spectra.chance;

import io.isotherm.spectra.estimator.Reading;
import io.isotherm.spectra.estimator.WindowGrid;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.List;
import java.util.Optional;

/**
 * The matrices whose eigenvalues go into one fit: independent ones of one shape, or windows that
 * overlap on one matrix.
 *
 * @param order the smaller side of each
 * @param length the larger side
 * @param matrices how many there are
 * @param windows where they lie if they overlap
 */
public record RandomLayer(int order, int length, int matrices, Optional<WindowGrid> windows) {

  /** Matrices below this order deviate from the limit in more than the first order. */
  private static final int SMALLEST = 64;

  /** What a small matrix costs beyond the square of its order, as an order. */
  private static final int MORE = 8;

  /**
   * What an estimator reads of a layer.
   *
   * @param members of a stack, each with a fit of its own
   */
  public static RandomLayer of(Reading.Groups reading, int members) {
    WeightMatrices group = reading.groups().get(0);
    return new RandomLayer(
        group.order(),
        Math.max(group.rows(), group.columns()),
        group.count() / members,
        reading.windows().filter(WindowGrid::overlaps));
  }

  /** Independent matrices of {@code rows} x {@code columns}. */
  public static RandomLayer of(int rows, int columns, int matrices) {
    return new RandomLayer(
        Math.min(rows, columns), Math.max(rows, columns), matrices, Optional.empty());
  }

  /** Another one for every shape, the same one always. */
  long seed() {
    long seed = 31 * (31L * order + length) + matrices;
    if (windows.isPresent()) {
      WindowGrid grid = windows.get();
      for (WindowGrid.Side side : List.of(grid.down(), grid.across())) {
        seed = 31 * (31 * seed + side.stride()) + side.count();
      }
    }
    return seed * 0x9E3779B97F4A7C15L;
  }

  /** Eigenvalues in the fit. */
  long eigenvalues() {
    return (long) order * matrices;
  }

  /** The law that they follow. */
  MarchenkoPastur law() {
    return new MarchenkoPastur(aspect());
  }

  /** Smaller over larger side. */
  double aspect() {
    return order / (double) length;
  }

  /**
   * This layer, or one of the same aspect that costs less: smaller matrices, and if they would be
   * too small, fewer of them.
   *
   * @param cost of a draw, at most: the number of matrices, times the square of their order and
   *     some more
   */
  RandomLayer within(double cost) {
    int least = Math.min(order, SMALLEST);
    int lower = (int) Math.sqrt(cost / matrices) - MORE;
    int reduced = Math.max(least, Math.min(order, lower));
    double each = Math.pow(reduced + MORE, 2);
    int fewer = (int) Math.max(1, Math.min(matrices, cost / each));
    return reduced == order && fewer == matrices
        ? this
        : new RandomLayer(reduced, (int) Math.round(reduced / aspect()), fewer, Optional.empty());
  }
}
