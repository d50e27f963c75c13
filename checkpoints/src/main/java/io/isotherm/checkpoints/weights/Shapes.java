package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.TensorEntry;
import java.util.List;
import java.util.stream.Collectors;

/** What is computed of shapes, none of which is believed. */
final class Shapes {

  private Shapes() {}

  /**
   * How many elements a shape has, of which nothing is read before it is known to be stored.
   *
   * @throws UnformableException if that is more than a {@code long} holds
   */
  static long count(List<Long> shape) throws UnformableException {
    try {
      return shape.stream().reduce(1L, Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new UnformableException("shape %s overflows".formatted(shape));
    }
  }

  /** A tensor that is stored nowhere. */
  static TensorEntry entry(String name, DType type, List<Long> shape) throws UnformableException {
    try {
      return new TensorEntry(
          name, type.name(), shape, 0, Math.multiplyExact(count(shape), (long) type.bytes()));
    } catch (ArithmeticException e) {
      throw new UnformableException("shape %s overflows".formatted(shape));
    }
  }

  /** The first dimension. */
  static long rows(List<Long> shape) throws UnformableException {
    if (shape.isEmpty()) {
      throw new UnformableException("a single number is no weight");
    }
    return shape.get(0);
  }

  /** The product of all dimensions behind the first. */
  static int columns(List<Long> shape) throws UnformableException {
    rows(shape);
    return toInt(count(shape.subList(1, shape.size())));
  }

  /** A size that arrays can have. */
  static int toInt(long size) throws UnformableException {
    if (size > Integer.MAX_VALUE - 8) {
      throw new UnformableException("%d elements in a row are too many".formatted(size));
    }
    return (int) size;
  }

  /** A shape as it is written in the table. */
  static String text(List<Long> shape) {
    return shape.stream().map(String::valueOf).collect(Collectors.joining("x"));
  }
}
