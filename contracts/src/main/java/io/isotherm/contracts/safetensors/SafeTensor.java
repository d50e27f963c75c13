package io.isotherm.contracts.safetensors;

import io.isotherm.contracts.Checks;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * A tensor with its name.
 *
 * @param name of the tensor
 * @param dtype type of the elements
 * @param shape slowest dimension first; empty for a scalar
 * @param metadata the header's {@code __metadata__}
 * @param data the elements in row-major order and little endian, from position to limit; not copied
 */
public record SafeTensor(
    String name, DType dtype, List<Long> shape, Map<String, String> metadata, ByteBuffer data) {

  /**
   * Metadata key that names the order of the dimensions where it is not PyTorch's ({@code out,in}
   * or {@code out,in,kH,kW}), for example {@code in,out}.
   */
  public static final String LAYOUT = "layout";

  /** Checks that the data has the length that type and shape ask for. */
  public SafeTensor {
    Checks.requireText("name of a tensor", name);
    Checks.requirePresent("dtype of tensor '" + name + "'", dtype);
    shape = List.copyOf(shape);
    metadata = Map.copyOf(metadata);
    data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
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
