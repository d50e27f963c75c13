package io.isotherm.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A file with any number of tensors, of whatever format. Only what it says of them is kept in
 * memory; the tensors are read one at a time, by any number of threads.
 */
public interface TensorFile {

  /** Where the file is. */
  Path path();

  /** The tensors, in the file's order and with different names. */
  List<TensorEntry> tensors();

  /**
   * What the file says of itself; {@code format} names the framework whose order of axes it has,
   * such as {@code pt}.
   */
  Map<String, String> metadata();

  /** What the reader of an analysis must know of this file, one line each. */
  default List<String> notes() {
    return List.of();
  }

  /**
   * Fills {@code target} with bytes of a tensor of this file, of whatever type: row-major and
   * little endian.
   *
   * @param tensor one of {@link #tensors()}
   * @param from offset in the tensor of the first byte; what is asked for must lie inside
   * @throws IOException with one line if the file cannot be read any more, or has become shorter
   */
  void readBytes(TensorEntry tensor, long from, ByteBuffer target) throws IOException;

  /**
   * Reads a tensor of this file into {@code buffer}, which its data then shares. What the file says
   * of itself stays behind.
   *
   * @param tensor one of {@link #tensors()}, of a type that weights are read in
   * @param buffer with a capacity of at least the tensor's bytes; overwritten
   * @throws IOException with one line if the file cannot be read any more, or has become shorter
   */
  default SafeTensor read(TensorEntry tensor, ByteBuffer buffer) throws IOException {
    DType dtype =
        tensor
            .dtype()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "tensor '%s' must hold weights, got type: %s"
                            .formatted(tensor.name(), tensor.type())));
    if (tensor.byteLength() > buffer.capacity()) {
      throw new IllegalArgumentException(
          "buffer for tensor '%s' must have %d bytes, got: %d"
              .formatted(tensor.name(), tensor.byteLength(), buffer.capacity()));
    }
    buffer.clear().limit((int) tensor.byteLength());
    readBytes(tensor, 0, buffer);
    return new SafeTensor(tensor.name(), dtype, tensor.shape(), Map.of(), buffer);
  }

  /**
   * Refuses what lies outside a tensor.
   *
   * @throws IllegalArgumentException if {@code target} asks for it
   */
  static void requireInside(TensorEntry tensor, long from, ByteBuffer target) {
    if (from < 0 || from > tensor.byteLength() - target.remaining()) {
      throw new IllegalArgumentException(
          "tensor '%s' has %d bytes, asked for: %d from %d"
              .formatted(tensor.name(), tensor.byteLength(), target.remaining(), from));
    }
  }
}
