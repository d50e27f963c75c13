package io.isotherm.spectra.chance;

import io.isotherm.spectra.eigen.SymmetricEigenvalues;
import io.isotherm.spectra.estimator.WindowGrid;
import io.isotherm.spectra.fit.Spectrum;

/**
 * Pooled eigenvalues of windows that overlap on one random matrix, all sizes reduced alike: what
 * windows share is what their eigenvalues have in common. Windows closer to each other than a
 * quarter of their size say nothing new and are left out, and so is what lies more than {@value
 * #MOST_WINDOWS_APART} windows away.
 */
final class WindowDraws {

  /** Smaller side of a reduced window; its decomposition takes some microseconds. */
  private static final int ORDER = 20;

  private static final int MOST_WINDOWS_APART = 5;

  /**
   * Windows along one side, reduced.
   *
   * @param window size
   * @param stride between two, not rounded
   * @param count how many
   * @param share of the layer's windows that these stand for, at most 1
   */
  private record Side(int window, double stride, int count, double share) {

    static Side of(WindowGrid.Side side, double scale) {
      int window = Math.max(1, (int) Math.round(side.window() * scale));
      double stride = side.stride() * scale;
      if (side.count() == 1) {
        return new Side(window, 0, 1, 1);
      }
      int every = Math.max(1, (int) (window / 4.0 / stride));
      int count = (side.count() - 1) / every + 1;
      int fewer = Math.min(count, 1 + (int) (MOST_WINDOWS_APART * window / (stride * every)));
      Side drawn = new Side(window, stride * every, fewer, 1);
      double covered = window + (count - 1) * stride * every;
      return new Side(window, stride * every, fewer, Math.min(1, drawn.size() / covered));
    }

    int start(int index) {
      return (int) Math.round(index * stride);
    }

    int size() {
      return start(count - 1) + window;
    }
  }

  private final WishartDraws random;
  private final Side down;
  private final Side across;
  private final double[] matrix;

  /**
   * Draws of a layer's windows.
   *
   * @param order smaller side of the layer's own windows
   */
  WindowDraws(WishartDraws random, WindowGrid windows, int order) {
    this.random = random;
    double scale = Math.min(1, ORDER / (double) order);
    this.down = Side.of(windows.down(), scale);
    this.across = Side.of(windows.across(), scale);
    this.matrix = new double[down.size() * across.size()];
  }

  /** The windows that are drawn, as independent matrices: their law, bias and cost. */
  RandomLayer layer() {
    return RandomLayer.of(down.window(), across.window(), down.count() * across.count());
  }

  /** How much of the matrix that the windows cover is drawn, at most 1. */
  double share() {
    return down.share() * across.share();
  }

  /** The pooled eigenvalues of the next draw, their mean expected at {@code meanEigenvalue}. */
  Spectrum next(double meanEigenvalue) {
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = random.normal();
    }
    RandomLayer layer = layer();
    double[] values = new double[Math.toIntExact(layer.eigenvalues())];
    int at = 0;
    for (int i = 0; i < down.count(); i++) {
      for (int j = 0; j < across.count(); j++) {
        double[] gram = gram(down.start(i), across.start(j), layer.order());
        double[] eigenvalues = SymmetricEigenvalues.of(gram, layer.order());
        for (double eigenvalue : eigenvalues) {
          values[at++] = Math.max(0, eigenvalue) / layer.length();
        }
      }
    }
    return Spectrum.pooled(values, layer.order(), meanEigenvalue, 0x1p-53);
  }

  /** The smaller Gram matrix of one window. */
  private double[] gram(int row, int column, int order) {
    boolean isWide = down.window() == order;
    int depth = isWide ? across.window() : down.window();
    int along = isWide ? 1 : across.size();
    int between = isWide ? across.size() : 1;
    int origin = row * across.size() + column;
    double[] gram = new double[order * order];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < depth; k++) {
          sum +=
              matrix[origin + i * between + k * along] * matrix[origin + j * between + k * along];
        }
        gram[i * order + j] = sum;
        gram[j * order + i] = sum;
      }
    }
    return gram;
  }
}
