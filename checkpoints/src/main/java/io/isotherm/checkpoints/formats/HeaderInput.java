package io.isotherm.checkpoints.formats;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Little-endian bytes before the tensors, of which none is believed to be there before it is. */
public final class HeaderInput {

  /** Most bytes; those of large networks, or of tokenizers beside them, have some megabytes. */
  private static final long MAX_BYTES = 100_000_000;

  private static final int MAX_LINE = 1 << 16;

  private final String what;
  private final InputStream in;
  private final long length;
  private long position;

  /**
   * Bytes from their beginning.
   *
   * @param what they are, for messages
   * @param in buffered
   * @param length how many there are
   */
  public HeaderInput(String what, InputStream in, long length) {
    this.what = what;
    this.in = in;
    this.length = length;
  }

  /** How many bytes have been read. */
  public long position() {
    return position;
  }

  /** A number of one byte. */
  public int unsignedByte() throws IOException {
    advance(1);
    int value = in.read();
    if (value < 0) {
      throw truncated();
    }
    return value;
  }

  /** A number of two bytes. */
  public int unsignedShort() throws IOException {
    return Short.toUnsignedInt(numbers(Short.BYTES).getShort());
  }

  /** A number of four bytes. */
  public int signedInt() throws IOException {
    return numbers(Integer.BYTES).getInt();
  }

  /** A number of four bytes that is not negative. */
  public long unsignedInt() throws IOException {
    return Integer.toUnsignedLong(signedInt());
  }

  /** A count of 64 bits; one that is negative is larger than any file. */
  public long count() throws IOException {
    long count = numbers(Long.BYTES).getLong();
    if (count < 0) {
      throw truncated();
    }
    return count;
  }

  private ByteBuffer numbers(int bytes) throws IOException {
    return ByteBuffer.wrap(bytes(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** So many bytes. */
  public byte[] bytes(long count) throws IOException {
    advance(count);
    byte[] bytes = in.readNBytes((int) count);
    if (bytes.length < count) {
      throw truncated();
    }
    return bytes;
  }

  /** Leaves so many bytes out. */
  public void skip(long count) throws IOException {
    advance(count);
    try {
      in.skipNBytes(count);
    } catch (EOFException e) {
      throw truncated();
    }
  }

  /** Text of so many bytes in UTF-8. */
  public String text(long bytes) throws IOException {
    return new String(bytes(bytes), StandardCharsets.UTF_8);
  }

  /** The text up to the end of its line. */
  public String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = unsignedByte(); next != '\n'; next = unsignedByte()) {
      if (line.size() == MAX_LINE) {
        throw new MalformedFileException(
            "a line in the %s is longer than %d".formatted(what, MAX_LINE));
      }
      line.write(next);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private void advance(long count) throws MalformedFileException {
    if (count > length - position) {
      throw truncated();
    }
    position += count;
    if (position > MAX_BYTES) {
      throw new MalformedFileException(
          "the %s must have at most %d bytes, got more".formatted(what, MAX_BYTES));
    }
  }

  private MalformedFileException truncated() {
    return new MalformedFileException(
        "the %s breaks off at byte %d: truncated".formatted(what, position));
  }
}
