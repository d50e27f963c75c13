package io.isotherm.safetensors;

import io.isotherm.checks.Checks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * A tensor with its name.
 *
 * @param name of the tensor; in a file with all tensors of a network it may be empty
 * @param dtype type of the elements
 * @param shape slowest dimension first; empty for a scalar
 * @param metadata the header's {@code __metadata__}
 * @param data the elements in row-major order and little endian, from position to limit; not copied
 */
public record SafeTensor(
    String name, DType dtype, List<Long> shape, Map<String, String> metadata, ByteBuffer data) {

  /**
   * Metadata key that names the order of the dimensions where it is not PyTorch's ({@code out,in},
   * {@code out,in,kW}, {@code out,in,kH,kW} or {@code out,in,kD,kH,kW}), for example {@code
   * in,out}, and of a stack of matrices in any case ({@code stack,out,in}).
   */
  public static final String LAYOUT = "layout";

  /** The one header entry that is no tensor. */
  static final String METADATA = "__metadata__";

  /** Most dimensions of a tensor. */
  static final int MAX_RANK = 8;

  /** Checks that the data has the length that type and shape ask for. */
  public SafeTensor {
    requireName(name);
    Checks.requirePresent("dtype of tensor '" + name + "'", dtype);
    shape = requireShape(name, shape);
    metadata = Checks.requireEntries("metadata of tensor '" + name + "'", metadata);
    data =
        Checks.requirePresent("data of tensor '" + name + "'", data)
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    long bytes = byteLength(dtype, shape);
    if (bytes != data.remaining()) {
      throw new IllegalArgumentException(
          "tensor '%s' of %s %s must have %d bytes, got: %d"
              .formatted(name, dtype, shape, bytes, data.remaining()));
    }
  }

  /** How many elements the tensor has. */
  public long elementCount() {
    return elementCount(shape);
  }

  static String requireName(String name) {
    if (Checks.requirePresent("name of a tensor", name).equals(METADATA)) {
      throw new IllegalArgumentException("a tensor must not be named " + METADATA);
    }
    return name;
  }

  static List<Long> requireShape(String name, List<Long> shape) {
    List<Long> checked = Checks.requireElements("shape of tensor '" + name + "'", shape);
    if (checked.size() > MAX_RANK) {
      throw new IllegalArgumentException(
          "shape of tensor '%s' must have at most %d dimensions, got: %s"
              .formatted(name, MAX_RANK, checked));
    }
    return checked;
  }

  /**
   * @throws IllegalArgumentException if a dimension is negative
   * @throws ArithmeticException if the length is more than a {@code long} holds
   */
  static long byteLength(DType dtype, List<Long> shape) {
    return Math.multiplyExact(elementCount(shape), (long) dtype.bytes());
  }

  private static long elementCount(List<Long> shape) {
    long count = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("shape must not be negative, got: " + shape);
      }
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }
}
