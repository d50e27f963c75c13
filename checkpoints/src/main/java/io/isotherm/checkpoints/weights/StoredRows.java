package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;

/**
 * Numbers that are stored one by one.
 *
 * @param tensor that holds them
 * @param type as which they are read
 * @param columns of a row, 1 or more
 */
record StoredRows(Checkpoint.Tensor tensor, NumberType type, int columns) implements RowSource {

  /**
   * A tensor of numbers whose first dimension counts the rows.
   *
   * @throws UnformableException if it holds no numbers
   */
  static StoredRows of(Checkpoint.Tensor tensor) throws UnformableException {
    int columns = Shapes.columns(tensor.entry().shape());
    if (columns == 0) {
      throw new UnformableException(
          "%s has no elements".formatted(TensorNames.shown(tensor.entry())));
    }
    return new StoredRows(tensor, NumberType.required(tensor.entry()), columns);
  }

  @Override
  public Rows open() {
    RowBytes bytes = new RowBytes(tensor, Math.multiplyExact(columns, type.bytes()));
    return (row, target) -> type.read(bytes.data(), bytes.at(row), columns, target);
  }

  @Override
  public long heapBytes() {
    return RowBytes.heapBytes((long) columns * type.bytes());
  }

  /** All numbers of a tensor that is small beside its weight. */
  static double[] all(Checkpoint.Tensor tensor) throws IOException, UnformableException {
    return all(tensor, NumberType.required(tensor.entry()));
  }

  /** The same, of a type other than the header's. */
  static double[] all(Checkpoint.Tensor tensor, NumberType type)
      throws IOException, UnformableException {
    int count = Shapes.toInt(tensor.entry().byteLength() / type.bytes());
    double[] values = new double[count];
    if (count > 0) {
      new StoredRows(tensor, type, count).open().read(0, values);
    }
    return values;
  }

  /** The one number of a tensor that must have no other. */
  static double single(Checkpoint.Tensor tensor) throws IOException, UnformableException {
    if (Shapes.count(tensor.entry().shape()) != 1) {
      throw new UnformableException(
          "%s must be one number, got shape: %s"
              .formatted(TensorNames.shown(tensor.entry()), tensor.entry().shape()));
    }
    return all(tensor)[0];
  }
}
