package io.isotherm.safetensors;

import io.isotherm.checks.Checks;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a header says of one tensor, of whatever type.
 *
 * @param name of the tensor
 * @param type of the elements, as the header names it
 * @param shape slowest dimension first; empty for a scalar
 * @param begin offset of the first byte behind the header
 * @param end offset of the byte behind the last one
 */
public record TensorEntry(String name, String type, List<Long> shape, long begin, long end) {

  /** Checks that all is there and the offsets are in order. */
  public TensorEntry {
    SafeTensor.requireName(name);
    Checks.requireText("type of tensor '" + name + "'", type);
    shape = Checks.requireElements("shape of tensor '" + name + "'", shape);
    Checks.requireNotNegative("begin of tensor '" + name + "'", begin);
    Checks.requireNotNegative("length of tensor '" + name + "'", end - begin);
  }

  /** The type as one that weights are read in; empty for integers, booleans, 8-bit floats, ... */
  public Optional<DType> dtype() {
    return Arrays.stream(DType.values()).filter(dtype -> dtype.name().equals(type)).findFirst();
  }

  /** Bytes that the elements take. */
  public long byteLength() {
    return end - begin;
  }
}
