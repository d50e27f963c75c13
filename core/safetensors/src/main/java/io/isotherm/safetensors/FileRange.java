package io.isotherm.safetensors;

import io.isotherm.checks.Checks;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Bytes of a file that is not mapped, so that one that is truncated meanwhile is an error and not
 * the end of the process.
 *
 * @param path of the file
 * @param begin offset of the first byte
 * @param end offset of the byte behind the last one
 */
public record FileRange(Path path, long begin, long end) {

  /** Checks that the offsets are in order. */
  public FileRange {
    Checks.requirePresent("path", path);
    Checks.requireNotNegative("begin of a range of " + path, begin);
    Checks.requireNotNegative("length of a range of " + path, end - begin);
  }

  /**
   * A whole file.
   *
   * @throws IOException with one line that names it, if it is not there or no file
   */
  public static FileRange of(Path path) throws IOException {
    requireRegularFile(path);
    return new FileRange(path, 0, Files.size(path));
  }

  /**
   * The first bytes, as many as there are of {@code most}.
   *
   * @throws IOException with one line if the file cannot be read
   */
  public byte[] start(int most) throws IOException {
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(length(), most));
    read(0, start, "its first bytes");
    return start.array();
  }

  /** How many bytes there are. */
  public long length() {
    return end - begin;
  }

  /**
   * Fills {@code target}; its position stays where it is.
   *
   * @param from offset in this range of the first byte
   * @param what is read, for the message
   * @throws IOException with one line if the file cannot be read any more, or has become shorter
   */
  public void read(long from, ByteBuffer target, String what) throws IOException {
    if (from < 0 || from > length() - target.remaining()) {
      throw new IllegalArgumentException(
          "%s: a range of %d bytes, asked for: %d from %d"
              .formatted(path, length(), target.remaining(), from));
    }
    requireRegularFile(path);
    try (FileChannel channel = FileChannel.open(path)) {
      readFully(channel, target, begin + from, path + ": " + what);
    }
  }

  static void readFully(FileChannel channel, ByteBuffer target, long from, String what)
      throws IOException {
    int start = target.position();
    while (target.hasRemaining()) {
      if (channel.read(target, from + target.position() - start) < 0) {
        throw new EOFException(
            what + " is no longer there: the file has become shorter while it was read");
      }
    }
    target.position(start);
  }

  /** Anything else may never end, or never begin. */
  static void requireRegularFile(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new FileNotFoundException(path + " is a folder: name a file in it");
    }
    if (Files.notExists(path)) {
      throw new NoSuchFileException("there is no file " + path);
    }
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new FileNotFoundException(path + " is not a file that can be read");
    }
  }
}
