package io.isotherm.safetensors;

import io.isotherm.checks.OneLine;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/** Reads and writes safetensors documents with exactly one tensor. */
public final class SafeTensors {

  /** Largest header that is read, in bytes. */
  public static final int MAX_HEADER_BYTES = 64 * 1024;

  private SafeTensors() {}

  /**
   * What stands before the tensor's bytes: header length and header, padded with blanks to a
   * multiple of 8 bytes. A writer that has the elements elsewhere puts them behind it without a
   * copy in between.
   */
  public static byte[] header(
      String name, DType dtype, List<Long> shape, Map<String, String> metadata) {
    HeaderWriter header = new HeaderWriter(metadata);
    header.add(name, dtype, shape);
    return header.bytes("tensor '" + name + "'", MAX_HEADER_BYTES);
  }

  /** The whole document of a tensor, ready to be read. */
  public static ByteBuffer write(SafeTensor tensor) {
    byte[] header = header(tensor.name(), tensor.dtype(), tensor.shape(), tensor.metadata());
    ByteBuffer document =
        ByteBuffer.allocate(Math.addExact(header.length, tensor.data().remaining()));
    return document.put(header).put(tensor.data().duplicate()).flip();
  }

  /**
   * Reads a document without copying the tensor's bytes.
   *
   * @param document from position to limit; the position is left alone
   * @throws MalformedSafetensorsException with one line that says what is wrong, if anything is
   */
  public static SafeTensor read(ByteBuffer document) throws MalformedSafetensorsException {
    ByteBuffer bytes = document.slice().order(ByteOrder.LITTLE_ENDIAN);
    Header header = readHeader(bytes);
    return tensor(header, bytes.slice());
  }

  /**
   * What stands before the bytes of a document's tensor, of which none need be there yet; whether
   * they agree is found out when the document is {@link #read}.
   *
   * @param beginning of the document, from position to limit; the position is left alone
   * @throws MalformedSafetensorsException with one line that says what is wrong with the header, or
   *     that it is not all there
   */
  public static DocumentHead head(ByteBuffer beginning) throws MalformedSafetensorsException {
    ByteBuffer bytes = beginning.slice().order(ByteOrder.LITTLE_ENDIAN);
    Header header = readHeader(bytes);
    return new DocumentHead(single(header), header.metadata(), bytes.position());
  }

  /** Reads up to the first byte behind the header. */
  private static Header readHeader(ByteBuffer bytes) throws MalformedSafetensorsException {
    if (bytes.remaining() < HeaderReader.LENGTH_BYTES) {
      throw new MalformedSafetensorsException(
          "a document must have at least 8 bytes, got: " + bytes.remaining());
    }
    long length = HeaderReader.requireLength(bytes.getLong(), MAX_HEADER_BYTES, bytes.remaining());
    byte[] json = new byte[(int) length];
    bytes.get(json);
    try {
      return HeaderReader.read(new ByteArrayInputStream(json));
    } catch (IOException e) {
      // An array is always readable.
      throw new UncheckedIOException(e);
    }
  }

  private static TensorEntry single(Header header) throws MalformedSafetensorsException {
    if (header.tensors().size() != 1) {
      throw new MalformedSafetensorsException(
          "header must describe exactly one tensor, got: " + header.tensors().size());
    }
    TensorEntry entry = header.tensors().get(0);
    if (entry.name().isBlank()) {
      throw HeaderReader.incomplete(entry.name());
    }
    return entry;
  }

  private static SafeTensor tensor(Header header, ByteBuffer data)
      throws MalformedSafetensorsException {
    TensorEntry entry = single(header);
    String name = OneLine.quoted(entry.name());
    DType dtype =
        entry
            .dtype()
            .orElseThrow(
                () ->
                    new MalformedSafetensorsException(
                        "dtype of tensor %s must be one of %s, got: %s"
                            .formatted(
                                name, List.of(DType.values()), OneLine.quoted(entry.type()))));
    if (entry.shape().size() > SafeTensor.MAX_RANK) {
      throw new MalformedSafetensorsException(
          "shape of tensor %s must have at most %d dimensions, got: %s"
              .formatted(name, SafeTensor.MAX_RANK, entry.shape()));
    }
    header.requireFilled(data.remaining());
    return new SafeTensor(entry.name(), dtype, entry.shape(), header.metadata(), data);
  }
}
