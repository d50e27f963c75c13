package io.isotherm.spectra.estimator;

import io.isotherm.methods.estimator.Metric;
import io.isotherm.spectra.matrix.WeightMatrices;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * FARMS' windows of a dense layer, or of each matrix of a stack: {@code rows} by {@code rows *
 * aspect}, every {@code step} rows and columns, or {@code ops} of them in each direction.
 *
 * <p>Where the matrix is smaller than a window, there is one window in that direction: all of it
 * with {@code step}, and with {@code ops} its last rows from number {@code max(0, 2 * size -
 * window)}, because the published code lets Python count a negative start from the end.
 *
 * @param clamped whether a window has at most as many rows as the smaller side of the matrix
 */
record FarmsWindows(int rows, double aspect, int step, OptionalInt ops, boolean clamped) {

  /** More would not fit in the memory of a worker. */
  private static final long MAX_EIGENVALUES = 1L << 24;

  /** Windows of the flavour for image classification. */
  static FarmsWindows sliding(int rows, double aspect, int step, OptionalInt ops) {
    return new FarmsWindows(rows, aspect, step, ops, false);
  }

  /** Windows of the flavour for language models. */
  static FarmsWindows clamped(int rows, double aspect, int ops) {
    return new FarmsWindows(rows, aspect, 1, OptionalInt.of(ops), true);
  }

  /**
   * Where windows begin along one side of a matrix.
   *
   * @param first of the first window
   * @param stride between two
   * @param count how many
   * @param last no window begins after it
   * @param size of each
   */
  private record Side(int first, int stride, long count, int last, int size) {

    int[] starts() {
      int[] starts = new int[(int) count];
      for (int i = 0; i < starts.length; i++) {
        starts[i] = (int) Math.min(first + (long) i * stride, last);
      }
      return starts;
    }

    WindowGrid.Side of(int whole) {
      return new WindowGrid.Side(whole, size, stride, (int) count);
    }
  }

  Reading read(WeightMatrices matrix) {
    int height = clamped ? Math.min(rows, Math.min(matrix.rows(), matrix.columns())) : rows;
    int width = (int) (height * aspect);
    if (width == 0) {
      return new Reading.Undefined(
          "windows of %d rows and aspect %s have no columns".formatted(height, aspect));
    }
    Side down = side(matrix.rows(), height);
    Side across = side(matrix.columns(), width);
    long windows = down.count() * across.count();
    long eigenvalues = matrix.count() * windows * Math.min(down.size(), across.size());
    if (eigenvalues > MAX_EIGENVALUES) {
      return new Reading.Undefined(
          "%d windows of %d x %d have %d eigenvalues, more than %d; take a larger step or ops"
              .formatted(
                  matrix.count() * windows,
                  down.size(),
                  across.size(),
                  eigenvalues,
                  MAX_EIGENVALUES));
    }
    return new Reading.Groups(
        List.of(matrix.windows(down.starts(), across.starts(), down.size(), across.size())),
        Map.of(Metric.WINDOWS.key(), (double) windows),
        Optional.of(new WindowGrid(down.of(matrix.rows()), across.of(matrix.columns()))));
  }

  private Side side(int size, int window) {
    int room = size - window;
    if (ops.isEmpty()) {
      return room < 0
          ? new Side(0, step, 1, 0, size)
          : new Side(0, step, room / step + 1, room, window);
    }
    if (room < 0) {
      int first = Math.max(0, size + room);
      return new Side(first, 1, 1, first, size - first);
    }
    int stride = Math.max(1, room / (ops.getAsInt() - 1));
    return new Side(0, stride, Math.min(ops.getAsInt(), room / stride + 1), room, window);
  }
}
