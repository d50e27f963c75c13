package io.isotherm.solvers.kernel;

import static io.isotherm.solvers.kernel.SymmetricTiles.SIZE;
import static io.isotherm.solvers.kernel.SymmetricTiles.STRIDE;
import static io.isotherm.solvers.kernel.TileKernels.COLUMNS;
import static io.isotherm.solvers.kernel.TileKernels.PAIR;
import static io.isotherm.solvers.kernel.TileKernels.ROWS;

import java.util.Arrays;

/**
 * Reduces a symmetric matrix to a band of 16 diagonals on either side of the main one (Bischof,
 * Lang and Sun, A framework for symmetric band reduction, ACM TOMS 26, 2000).
 *
 * <p>The panel below the band of 16 columns is factorised as Q R, and R stays as part of the band.
 * What lies right of it becomes Qᵀ A Q = A - V Xᵀ - X Vᵀ with X = Y T - V (Tᵀ Vᵀ Y T) / 2 and Y = A
 * V. An update waits until the next Y is computed: then both are done tile by tile, so that the
 * matrix passes through the caches once for each panel and not twice. Some 4/3 n³ operations in
 * all, next to all of them in {@link TileKernels}.
 */
final class BandReduction {

  private static final int FLOATS_PER_ROW = 2 * PAIR + 2 * COLUMNS;

  private final PanelReflectors reflectors = new PanelReflectors();
  private final double[] gram = new double[COLUMNS * COLUMNS];
  private final double[] cross = new double[COLUMNS * COLUMNS];
  private final float[] t = new float[COLUMNS * COLUMNS];
  private final float[] correction = new float[COLUMNS * COLUMNS];

  /** The update that waits: rows (V, X) of 32 floats. */
  private float[] pending = new float[0];

  /** (X, V) transposed, in strips of 16 columns, each 32 rows of 16 floats. */
  private float[] pendingTransposed = new float[0];

  private float[] v = new float[0];
  private float[] y = new float[0];

  private SymmetricTiles tiles;
  private int end;

  /** Bytes of memory for a matrix of some order, without the matrix. */
  static long bytes(int order) {
    return Padding.up(order, SIZE) * (long) FLOATS_PER_ROW * Float.BYTES;
  }

  /**
   * Writes a band matrix similar to a given one.
   *
   * @param matrix is destroyed
   * @param band has been cleared for the order of the matrix
   */
  void reduce(SymmetricTiles matrix, SymmetricBand band) {
    tiles = matrix;
    end = matrix.count() * SIZE;
    if (end * PAIR > pending.length) {
      pending = new float[end * PAIR];
      pendingTransposed = new float[end * PAIR];
      v = new float[end * COLUMNS];
      y = new float[end * COLUMNS];
    }
    Arrays.fill(pending, 0, end * PAIR, 0);
    Arrays.fill(pendingTransposed, 0, end * PAIR, 0);
    for (int column = 0; column < band.order(); column += COLUMNS) {
      updatePanel(column);
      int first = column + COLUMNS;
      copyDiagonalBlock(column, band);
      if (first >= band.order()) {
        break;
      }
      copyPanel(column, first);
      reflectors.factorise(v, first, end);
      moveTriangle(column, first, band);
      int firstTile = first / SIZE;
      Arrays.fill(v, firstTile * SIZE * COLUMNS, first * COLUMNS, 0);
      Arrays.fill(y, firstTile * SIZE * COLUMNS, end * COLUMNS, 0);
      updateAndMultiply(first);
      computeUpdate(first);
    }
  }

  /** Does to 16 columns, from their diagonal block on, what still waits. */
  private void updatePanel(int column) {
    int tileColumn = column / SIZE;
    int within = column - tileColumn * SIZE;
    for (int i = tileColumn; i < tiles.count(); i++) {
      int tile = tiles.offset(i, tileColumn);
      for (int row = i == tileColumn ? wholeBlocks(within) : 0; row < SIZE; row += ROWS) {
        update(i, row, column, tile + row * STRIDE + within);
      }
    }
  }

  private void update(int tileRow, int row, int column, int to) {
    int left = (tileRow * SIZE + row) * PAIR;
    TileKernels.subtractUpdate(
        pending, left, pendingTransposed, column * PAIR, tiles.elements(), to);
  }

  /** The start of the block that a row lies in. */
  private static int wholeBlocks(int row) {
    return row / ROWS * ROWS;
  }

  private void copyDiagonalBlock(int column, SymmetricBand band) {
    int tile = column / SIZE;
    int within = column - tile * SIZE;
    int block = tiles.offset(tile, tile) + within * STRIDE + within;
    int size = Math.min(COLUMNS, band.order() - column);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j <= i; j++) {
        band.set(column + i, column + j, tiles.elements()[block + i * STRIDE + j]);
      }
    }
  }

  private void copyPanel(int column, int first) {
    int tileColumn = column / SIZE;
    int within = column - tileColumn * SIZE;
    for (int i = first; i < end; i++) {
      int tileRow = i / SIZE;
      int from = tiles.offset(tileRow, tileColumn) + (i - tileRow * SIZE) * STRIDE + within;
      System.arraycopy(tiles.elements(), from, v, i * COLUMNS, COLUMNS);
    }
  }

  /** Moves R to the band and completes V where R was. */
  private void moveTriangle(int column, int first, SymmetricBand band) {
    for (int i = 0; i < COLUMNS; i++) {
      int row = (first + i) * COLUMNS;
      for (int j = i; j < COLUMNS; j++) {
        if (first + i < band.order()) {
          band.set(first + i, column + j, v[row + j]);
        }
        v[row + j] = i == j ? 1 : 0;
      }
    }
  }

  /** A := A - V Xᵀ - X Vᵀ with what waits, and Y := A V with the new V, tile by tile. */
  private void updateAndMultiply(int first) {
    int firstTile = first / SIZE;
    int within = first - firstTile * SIZE;
    for (int i = firstTile; i < tiles.count(); i++) {
      int firstRow = i == firstTile ? wholeBlocks(within) : 0;
      for (int j = firstTile; j <= i; j++) {
        int firstColumn = j == firstTile ? within : 0;
        updateTile(i, j, firstRow, firstColumn);
        multiplyTile(i, j, firstRow);
        if (i != j) {
          multiplyTransposedTile(i, j, wholeBlocks(firstColumn));
        }
      }
    }
  }

  private void updateTile(int i, int j, int firstRow, int firstColumn) {
    int tile = tiles.offset(i, j);
    for (int row = firstRow; row < SIZE; row += ROWS) {
      for (int column = firstColumn; column < SIZE; column += COLUMNS) {
        update(i, row, j * SIZE + column, tile + row * STRIDE + column);
      }
    }
  }

  private void multiplyTile(int i, int j, int firstRow) {
    int tile = tiles.offset(i, j);
    for (int row = firstRow; row < SIZE; row += ROWS) {
      int to = (i * SIZE + row) * COLUMNS;
      TileKernels.addProduct(tiles.elements(), tile + row * STRIDE, v, j * SIZE * COLUMNS, y, to);
    }
  }

  private void multiplyTransposedTile(int i, int j, int firstColumn) {
    int tile = tiles.offset(i, j);
    for (int column = firstColumn; column < SIZE; column += ROWS) {
      int to = (j * SIZE + column) * COLUMNS;
      TileKernels.addTransposedProduct(
          tiles.elements(), tile + column, v, i * SIZE * COLUMNS, y, to);
    }
  }

  /** From V and Y, the update that waits next. */
  private void computeUpdate(int first) {
    int firstTile = first / SIZE;
    int start = firstTile * SIZE;
    reflectors.crossProduct(v, v, first, end, gram);
    reflectors.crossProduct(v, y, first, end, cross);
    reflectors.form(gram, t);
    reflectors.formCorrection(cross, correction);
    for (int i = start; i < end; i++) {
      System.arraycopy(v, i * COLUMNS, pending, i * PAIR, COLUMNS);
      Arrays.fill(pending, i * PAIR + COLUMNS, (i + 1) * PAIR, 0);
    }
    for (int i = start; i < end; i += ROWS) {
      int x = i * PAIR + COLUMNS;
      TileKernels.addSmallProduct(y, i * COLUMNS, t, pending, x);
      TileKernels.addSmallProduct(v, i * COLUMNS, correction, pending, x);
    }
    // Of a tile's rows before the panel's first, products are not wanted.
    Arrays.fill(pending, (first - COLUMNS) * PAIR, first * PAIR, 0);
    Arrays.fill(pending, start * PAIR, Math.max(start, first) * PAIR, 0);
    for (int strip = start; strip < end; strip += COLUMNS) {
      transpose(strip);
    }
  }

  private void transpose(int strip) {
    for (int k = 0; k < COLUMNS; k++) {
      int x = strip * PAIR + k * COLUMNS;
      int vs = x + COLUMNS * COLUMNS;
      for (int i = 0; i < COLUMNS; i++) {
        int row = (strip + i) * PAIR + k;
        pendingTransposed[x + i] = pending[row + COLUMNS];
        pendingTransposed[vs + i] = pending[row];
      }
    }
  }
}
