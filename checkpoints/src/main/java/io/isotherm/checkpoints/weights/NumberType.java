package io.isotherm.checkpoints.weights;

import io.isotherm.checkpoints.weights.MiniFloat.Ends;
import io.isotherm.safetensors.TensorEntry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** Types of stored elements that are numbers of whole bytes; the names are those of the format. */
enum NumberType {
  F64(8, ByteBuffer::getDouble),
  F32(4, ByteBuffer::getFloat),
  F16(2, new Table(MiniFloat.table(5, 10, Ends.IEEE))::ofTwoBytes),
  BF16(2, (data, at) -> Float.intBitsToFloat(data.getShort(at) << Short.SIZE)),
  F8_E4M3(1, new Table(MiniFloat.table(4, 3, Ends.FINITE))::ofByte),
  F8_E5M2(1, new Table(MiniFloat.table(5, 2, Ends.IEEE))::ofByte),
  F8_E4M3FNUZ(1, new Table(MiniFloat.table(4, 3, Ends.FINITE_UNSIGNED_ZERO))::ofByte),
  F8_E5M2FNUZ(1, new Table(MiniFloat.table(5, 2, Ends.FINITE_UNSIGNED_ZERO))::ofByte),
  F8_E8M0(1, (data, at) -> MiniFloat.powerOfTwo(Byte.toUnsignedInt(data.get(at)))),
  I8(1, ByteBuffer::get),
  U8(1, (data, at) -> Byte.toUnsignedInt(data.get(at))),
  BOOL(1, (data, at) -> data.get(at) == 0 ? 0 : 1),
  I16(2, ByteBuffer::getShort),
  U16(2, (data, at) -> Short.toUnsignedInt(data.getShort(at))),
  I32(4, ByteBuffer::getInt),
  U32(4, (data, at) -> Integer.toUnsignedLong(data.getInt(at))),
  I64(8, ByteBuffer::getLong);

  private interface Reader {
    double at(ByteBuffer data, int index);
  }

  /** What each pattern means. */
  private static final class Table {
    private final double[] values;

    Table(double[] values) {
      this.values = values;
    }

    double ofByte(ByteBuffer data, int at) {
      return values[Byte.toUnsignedInt(data.get(at))];
    }

    double ofTwoBytes(ByteBuffer data, int at) {
      return values[Short.toUnsignedInt(data.getShort(at))];
    }
  }

  private final int bytes;

  @SuppressWarnings("ImmutableEnumChecker") // A reader keeps nothing but its table.
  private final Reader reader;

  NumberType(int bytes, Reader reader) {
    this.bytes = bytes;
    this.reader = reader;
  }

  /** The type of a tensor; empty if its elements are no numbers of whole bytes. */
  static Optional<NumberType> of(TensorEntry tensor) {
    return Arrays.stream(values()).filter(type -> type.name().equals(tensor.type())).findFirst();
  }

  /**
   * The type of a tensor.
   *
   * @throws UnformableException if its elements are no numbers of whole bytes
   */
  static NumberType required(TensorEntry tensor) throws UnformableException {
    return of(tensor)
        .orElseThrow(
            () ->
                new UnformableException(
                    "type %s of %s is not known"
                        .formatted(tensor.type(), TensorNames.shown(tensor))));
  }

  int bytes() {
    return bytes;
  }

  /** Reads neighbours that begin at byte {@code from}, to the start of {@code target}. */
  void read(ByteBuffer data, int from, int count, double[] target) {
    for (int i = 0; i < count; i++) {
      target[i] = reader.at(data, from + i * bytes);
    }
  }

  boolean isEightBitFloat() {
    return name().startsWith("F8_") && this != F8_E8M0;
  }
}
