package io.isotherm.checkpoints.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Optional;

/**
 * {@code (code - zero) * scale + offset}, element by element, in double precision and rounded to
 * single.
 *
 * @param rows that are stored
 * @param columns of a stored row
 * @param isTransposed whether the weight's rows are the stored columns
 * @param codes the stored numbers
 * @param zeros what is taken from them
 * @param scales what the rest is multiplied with
 * @param offsets what is added
 */
record Dequantised(
    long rows,
    int columns,
    boolean isTransposed,
    RowSource codes,
    RowSource zeros,
    RowSource scales,
    RowSource offsets)
    implements Formula {

  private static final int ROWS_IN_MEMORY = 4;

  /** Without zero points and offsets. */
  static Dequantised scaled(long rows, int columns, RowSource codes, RowSource scales) {
    return new Dequantised(
        rows, columns, false, codes, RowSource.constant(0), scales, RowSource.constant(0));
  }

  @Override
  public Optional<Formula> part(long first, long count) {
    if (isTransposed || first % columns != 0 || count % columns != 0) {
      return Optional.empty();
    }
    long row = first / columns;
    return Optional.of(
        new Dequantised(
            count / columns,
            columns,
            false,
            codes.from(row),
            zeros.from(row),
            scales.from(row),
            offsets.from(row)));
  }

  @Override
  public void form(ByteBuffer target) throws IOException, UnformableException {
    FloatBuffer weight = target.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    Rows code = codes.open();
    Rows zero = zeros.open();
    Rows scale = scales.open();
    Rows offset = offsets.open();
    double[] values = new double[columns];
    double[] zeroRow = new double[columns];
    double[] scaleRow = new double[columns];
    double[] offsetRow = new double[columns];
    for (long row = 0; row < rows; row++) {
      code.read(row, values);
      zero.read(row, zeroRow);
      scale.read(row, scaleRow);
      offset.read(row, offsetRow);
      for (int i = 0; i < columns; i++) {
        values[i] = (values[i] - zeroRow[i]) * scaleRow[i] + offsetRow[i];
      }
      put(weight, row, values);
    }
  }

  private void put(FloatBuffer weight, long row, double[] values) {
    for (int i = 0; i < columns; i++) {
      long at = isTransposed ? i * rows + row : row * columns + i;
      weight.put((int) at, (float) values[i]);
    }
  }

  @Override
  public long heapBytes() {
    return (long) ROWS_IN_MEMORY * Double.BYTES * columns
        + codes.heapBytes()
        + zeros.heapBytes()
        + scales.heapBytes()
        + offsets.heapBytes();
  }
}
