package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.nio.ByteBuffer;

/** Codes of a few bits each, one behind the other in every row, the lowest bits first. */
final class PackedRows implements RowSource {

  private final Checkpoint.Tensor tensor;
  private final int bits;
  private final int columns;
  private final int rowBytes;
  private final double[] values;
  private final int[] order;

  /**
   * Rows that a tensor holds.
   *
   * @param rowBytes of a row, whose last bits may be unused
   * @param columns codes of a row
   * @param values what each code means, {@code 2^bits} of them
   * @param order at which place each of a few neighbouring codes belongs; {@code 0} if all stand
   *     where they belong
   */
  PackedRows(Checkpoint.Tensor tensor, int rowBytes, int columns, double[] values, int... order) {
    this.tensor = tensor;
    this.bits = Integer.numberOfTrailingZeros(values.length);
    this.columns = columns;
    this.rowBytes = rowBytes;
    this.values = values;
    this.order = order;
  }

  /** The codes themselves, less {@code zero}. */
  static double[] integers(int bits, int zero) {
    double[] values = new double[1 << bits];
    for (int code = 0; code < values.length; code++) {
      values[code] = code - zero;
    }
    return values;
  }

  @Override
  public Rows open() {
    RowBytes bytes = new RowBytes(tensor, rowBytes);
    return (row, target) -> unpack(bytes.data(), bytes.at(row), target);
  }

  private void unpack(ByteBuffer data, int from, double[] target) {
    int mask = values.length - 1;
    for (int k = 0; k < columns; k++) {
      int bit = k * bits;
      int at = from + bit / Byte.SIZE;
      int window = Byte.toUnsignedInt(data.get(at));
      if (bit % Byte.SIZE + bits > Byte.SIZE) {
        window |= Byte.toUnsignedInt(data.get(at + 1)) << Byte.SIZE;
      }
      int place = k - k % order.length + order[k % order.length];
      target[place] = values[window >> bit % Byte.SIZE & mask];
    }
  }

  @Override
  public long heapBytes() {
    return RowBytes.heapBytes(rowBytes);
  }
}
