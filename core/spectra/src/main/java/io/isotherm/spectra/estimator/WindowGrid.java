package io.isotherm.spectra.estimator;

/**
 * Windows that lie in equal steps on a matrix.
 *
 * @param down along the rows
 * @param across along the columns
 */
public record WindowGrid(Side down, Side across) {

  /**
   * The windows along one side.
   *
   * @param whole size of the matrix
   * @param window size of each window
   * @param stride from one window to the next; of no meaning if there is one
   * @param count how many
   */
  public record Side(int whole, int window, int stride, int count) {

    private boolean overlaps() {
      return count > 1 && stride < window;
    }
  }

  /** Whether windows share elements, so that their eigenvalues depend on each other. */
  public boolean overlaps() {
    return down.overlaps() || across.overlaps();
  }
}
