package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The bytes of a tensor's rows, of which a piece is in memory at a time. */
final class RowBytes {

  private static final int PIECE = 1 << 20;

  private final Checkpoint.Tensor tensor;
  private final int rowBytes;
  private final long rows;
  private final ByteBuffer piece;
  private long first;
  private long count;

  /**
   * A reader.
   *
   * @param rowBytes of one row, 1 or more
   */
  RowBytes(Checkpoint.Tensor tensor, int rowBytes) {
    this.tensor = tensor;
    this.rowBytes = rowBytes;
    this.rows = tensor.entry().byteLength() / rowBytes;
    long atOnce = Math.max(1, Math.min(rows, PIECE / rowBytes));
    this.piece = ByteBuffer.allocate((int) atOnce * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What a reader of such rows takes. */
  static long heapBytes(long rowBytes) {
    return Math.max(PIECE, rowBytes);
  }

  /** Where the row begins in {@link #data}, once it has been read. */
  int at(long row) throws IOException {
    if (row < first || row >= first + count) {
      count = Math.min(piece.capacity() / rowBytes, rows - row);
      first = row;
      piece.clear().limit((int) count * rowBytes);
      tensor.readBytes(row * rowBytes, piece);
    }
    return (int) (row - first) * rowBytes;
  }

  /** The bytes that {@link #at} speaks of. */
  ByteBuffer data() {
    return piece;
  }
}
