package io.isotherm.trainer.data;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes with a shape, in the idx format of the MNIST family: two zero bytes, the element type, the
 * number of dimensions, each dimension as a big-endian 32-bit number, then the elements row by row
 * (Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats").
 *
 * @param shape each dimension 1 or more
 * @param data as many bytes as the shape says; not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes of pixels are not copied on each look.
record IdxFile(List<Integer> shape, byte[] data) {

  private static final int UNSIGNED_BYTE = 0x08;
  private static final int MAX_DIMENSIONS = 3;

  /** More than any file that ships; what a header claims is checked before memory is taken. */
  private static final long MAX_BYTES = 64L << 20;

  /**
   * Reads a whole stream.
   *
   * @param name for messages
   * @throws IOException if it is not an idx file of unsigned bytes, is cut short, or goes on after
   *     its last element
   */
  static IdxFile read(String name, InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    try {
      int magic = in.readInt();
      int dimensions = magic & 0xff;
      if (magic >>> 8 != UNSIGNED_BYTE || dimensions < 1 || dimensions > MAX_DIMENSIONS) {
        throw new IOException(
            "%s: an idx file of unsigned bytes must begin with 0x00000801 to 0x0000080%d, got: 0x%08x"
                .formatted(name, MAX_DIMENSIONS, magic));
      }
      List<Integer> shape = new ArrayList<>();
      long bytes = 1;
      for (int i = 0; i < dimensions; i++) {
        int size = in.readInt();
        if (size < 1 || size > MAX_BYTES / bytes) {
          throw new IOException(
              "%s: dimension %d must be 1 or more, and all together at most %d bytes, got: %d"
                  .formatted(name, i, MAX_BYTES, size));
        }
        bytes *= size;
        shape.add(size);
      }
      byte[] data = new byte[Math.toIntExact(bytes)];
      in.readFully(data);
      if (in.read() >= 0) {
        throw new IOException(
            "%s: must end after the %d bytes of shape %s, but goes on"
                .formatted(name, bytes, shape));
      }
      return new IdxFile(List.copyOf(shape), data);
    } catch (EOFException e) {
      throw new IOException(name + ": ends before its last element", e);
    }
  }
}
