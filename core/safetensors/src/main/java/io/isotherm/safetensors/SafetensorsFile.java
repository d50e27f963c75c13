package io.isotherm.safetensors;

import io.isotherm.checks.Checks;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A safetensors file. */
public final class SafetensorsFile implements TensorFile {

  /** Largest header that the format's own reader takes, in bytes. */
  public static final int MAX_HEADER_BYTES = 100_000_000;

  private final Path path;
  private final Header header;
  private final long dataStart;

  private SafetensorsFile(Path path, Header header, long dataStart) {
    this.path = path;
    this.header = header;
    this.dataStart = dataStart;
  }

  /**
   * Reads the header and checks it against the file's length.
   *
   * @throws MalformedSafetensorsException with one line that names the file, if anything is wrong
   *     with its content
   * @throws IOException with one line that names the file, if it is not there or cannot be read
   */
  public static SafetensorsFile open(Path path) throws IOException, MalformedSafetensorsException {
    FileRange.requireRegularFile(path);
    try (FileChannel channel = FileChannel.open(path)) {
      return read(path, channel);
    } catch (MalformedSafetensorsException e) {
      throw new MalformedSafetensorsException(path + ": " + e.getMessage(), e);
    }
  }

  private static SafetensorsFile read(Path path, FileChannel channel)
      throws IOException, MalformedSafetensorsException {
    long size = channel.size();
    if (size < HeaderReader.LENGTH_BYTES) {
      throw new MalformedSafetensorsException(
          "a safetensors file must have at least 8 bytes, got: " + size);
    }
    byte[] start = new byte[(int) Math.min(size, ForeignFormat.START_BYTES)];
    FileRange.readFully(channel, ByteBuffer.wrap(start), 0, path + ": its header");
    long length = headerLength(start, size - HeaderReader.LENGTH_BYTES);
    long dataStart = HeaderReader.LENGTH_BYTES + length;
    channel.position(HeaderReader.LENGTH_BYTES);
    InputStream bytes = new BoundedInputStream(Channels.newInputStream(channel), length);
    Header header = HeaderReader.read(new BufferedInputStream(bytes));
    header.requireFilled(size - dataStart);
    return new SafetensorsFile(path, header, dataStart);
  }

  private static long headerLength(byte[] start, long following)
      throws MalformedSafetensorsException {
    Optional<String> foreign = ForeignFormat.of(start);
    if (foreign.isPresent()) {
      throw new MalformedSafetensorsException(foreign.get());
    }
    try {
      long claimed = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
      return HeaderReader.requireLength(claimed, MAX_HEADER_BYTES, following);
    } catch (MalformedSafetensorsException e) {
      Optional<String> text = ForeignFormat.text(start);
      throw text.isEmpty()
          ? e
          : new MalformedSafetensorsException(
              "%s: the file is text, beginning with %s; save or download the weights again"
                  .formatted(e.getMessage(), text.get()),
              e);
    }
  }

  @Override
  public Path path() {
    return path;
  }

  /** The header's {@code __metadata__}. */
  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The tensors, in the header's order. */
  @Override
  public List<TensorEntry> tensors() {
    return header.tensors();
  }

  @Override
  public void readBytes(TensorEntry tensor, long from, ByteBuffer target) throws IOException {
    TensorFile.requireInside(tensor, from, target);
    new FileRange(path, dataStart + tensor.begin(), dataStart + tensor.end())
        .read(from, target, "tensor '%s'".formatted(tensor.name()));
  }

  /**
   * Writes {@code file}, or replaces it as a whole: a reader never sees half of it.
   *
   * @param metadata of the file; that of the tensors is not written
   * @param tensors in the order in which they shall stand, with different names
   */
  public static void write(Path file, Map<String, String> metadata, List<SafeTensor> tensors)
      throws IOException {
    HeaderWriter header = new HeaderWriter(Checks.requireEntries("metadata", metadata));
    for (SafeTensor tensor : tensors) {
      header.add(tensor.name(), tensor.dtype(), tensor.shape());
    }
    byte[] start = header.bytes(file.toString(), MAX_HEADER_BYTES);
    Path target = file.toAbsolutePath();
    // Not a "temporary file" of Java's, which nobody else may read.
    Path part =
        target.resolveSibling(
            ".%s.%d.part".formatted(target.getFileName(), ProcessHandle.current().pid()));
    try {
      try (OutputStream out = Files.newOutputStream(part);
          WritableByteChannel channel = Channels.newChannel(out)) {
        out.write(start);
        for (SafeTensor tensor : tensors) {
          channel.write(tensor.data().duplicate());
        }
      }
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
