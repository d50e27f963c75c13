package io.isotherm.checkpoints.formats.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Pieces of GGUF files. */
public final class GgufFiles {

  private GgufFiles() {}

  /** What stands first. */
  public static byte[] header(int version, long tensors, long metadata) {
    return join(
        "GGUF".getBytes(StandardCharsets.US_ASCII),
        number(version),
        longNumber(tensors),
        longNumber(metadata));
  }

  /** What is said of a tensor. Dimensions as the file has them, the fastest first. */
  public static byte[] tensor(String name, int type, long offset, long... dimensions) {
    byte[] sizes = new byte[0];
    for (long dimension : dimensions) {
      sizes = join(sizes, longNumber(dimension));
    }
    return join(text(name), number(dimensions.length), sizes, number(type), longNumber(offset));
  }

  static byte[] text(String text) {
    return join(longNumber(text.length()), text.getBytes(StandardCharsets.US_ASCII));
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  static byte[] longNumber(long value) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
  }

  /** All of them behind each other. */
  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
