package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.SafeTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Weights that are computed from others, for an analysis of what training has changed. Results are
 * in double precision, so that a difference of float32 weights is exact.
 */
public final class DerivedWeights {

  private DerivedWeights() {}

  /**
   * {@code W - W0}: what training has added to the initial weights.
   *
   * @throws UnreadableTensorException if shapes or layouts differ
   */
  public static SafeTensor difference(SafeTensor weights, SafeTensor initial)
      throws UnreadableTensorException {
    requireSame(weights, initial);
    Elements trained = Elements.of(weights.dtype(), weights.data());
    Elements start = Elements.of(initial.dtype(), initial.data());
    ByteBuffer result = allocate(weights, weights.elementCount());
    DoubleBuffer elements = result.asDoubleBuffer();
    for (int i = 0; i < elements.capacity(); i++) {
      elements.put(i, trained.get(i) - start.get(i));
    }
    return new SafeTensor(weights.name(), DType.F64, weights.shape(), weights.metadata(), result);
  }

  /**
   * {@code B A}: the update of a low-rank adapter, without its factor {@code alpha / r}, which the
   * published code of Model Balancing leaves out. Its rank is at most r: without a zero filter, a
   * fit from the median on has no exponent.
   *
   * @param b {@code [out, r]}
   * @param a {@code [r, in]}
   * @return {@code [out, in]}, named as {@code b}
   * @throws UnreadableTensorException if the shapes do not fit, or a layout is not PyTorch's
   */
  public static SafeTensor loraProduct(SafeTensor b, SafeTensor a)
      throws UnreadableTensorException {
    requireMatrix(b);
    requireMatrix(a);
    if (!b.shape().get(1).equals(a.shape().get(0))) {
      throw new UnreadableTensorException(
          "tensor '%s' must have as many columns as tensor '%s' has rows, got shapes: %s and %s"
              .formatted(b.name(), a.name(), b.shape(), a.shape()));
    }
    List<Long> shape = List.of(b.shape().get(0), a.shape().get(1));
    ByteBuffer result = allocate(b, Math.multiplyExact(shape.get(0), shape.get(1)));
    multiply(b, a, result.asDoubleBuffer());
    return new SafeTensor(b.name(), DType.F64, shape, Map.of(), result);
  }

  /**
   * {@code W + B A}: the weights of an adapted layer, without the adapter's factor as in {@link
   * #loraProduct}.
   *
   * @param weights {@code [out, in]}
   * @param b {@code [out, r]}
   * @param a {@code [r, in]}
   * @throws UnreadableTensorException if the shapes do not fit, or a layout is not PyTorch's
   */
  public static SafeTensor withLora(SafeTensor weights, SafeTensor b, SafeTensor a)
      throws UnreadableTensorException {
    requireMatrix(weights);
    SafeTensor update = loraProduct(b, a);
    if (!weights.shape().equals(update.shape())) {
      throw new UnreadableTensorException(
          "tensor '%s' must have the shape %s of '%s' times '%s', got: %s"
              .formatted(weights.name(), update.shape(), b.name(), a.name(), weights.shape()));
    }
    Elements base = Elements.of(weights.dtype(), weights.data());
    Elements added = Elements.of(update.dtype(), update.data());
    ByteBuffer result = allocate(weights, weights.elementCount());
    DoubleBuffer elements = result.asDoubleBuffer();
    for (int i = 0; i < elements.capacity(); i++) {
      elements.put(i, base.get(i) + added.get(i));
    }
    return new SafeTensor(weights.name(), DType.F64, weights.shape(), weights.metadata(), result);
  }

  /** Row by row, so that {@code a} and the result are read and written in order. */
  private static void multiply(SafeTensor b, SafeTensor a, DoubleBuffer result) {
    int rows = Math.toIntExact(b.shape().get(0));
    int rank = Math.toIntExact(b.shape().get(1));
    int columns = Math.toIntExact(a.shape().get(1));
    Elements left = Elements.of(b.dtype(), b.data());
    Elements right = Elements.of(a.dtype(), a.data());
    double[] row = new double[columns];
    for (int i = 0; i < rows; i++) {
      Arrays.fill(row, 0);
      for (int k = 0; k < rank; k++) {
        double factor = left.get(i * rank + k);
        for (int j = 0; j < columns; j++) {
          row[j] += factor * right.get(k * columns + j);
        }
      }
      result.put(i * columns, row);
    }
  }

  private static void requireSame(SafeTensor weights, SafeTensor initial)
      throws UnreadableTensorException {
    String layout = weights.metadata().get(SafeTensor.LAYOUT);
    String other = initial.metadata().get(SafeTensor.LAYOUT);
    if (!weights.shape().equals(initial.shape()) || !Objects.equals(layout, other)) {
      throw new UnreadableTensorException(
          "tensors '%s' and '%s' must have the same shape and layout, got: %s and %s"
              .formatted(weights.name(), initial.name(), described(weights), described(initial)));
    }
  }

  private static void requireMatrix(SafeTensor tensor) throws UnreadableTensorException {
    if (tensor.shape().size() != 2 || tensor.metadata().containsKey(SafeTensor.LAYOUT)) {
      throw new UnreadableTensorException(
          "tensor '%s' must have 2 dimensions in PyTorch's layout, got: %s"
              .formatted(tensor.name(), described(tensor)));
    }
  }

  private static String described(SafeTensor tensor) {
    String layout = tensor.metadata().get(SafeTensor.LAYOUT);
    return tensor.shape() + (layout == null ? "" : " as '" + Layout.shortened(layout) + "'");
  }

  private static ByteBuffer allocate(SafeTensor named, long elements)
      throws UnreadableTensorException {
    if (elements > Integer.MAX_VALUE / Double.BYTES) {
      throw new UnreadableTensorException(
          "what is computed from tensor '%s' must have at most %d elements, got: %d"
              .formatted(named.name(), Integer.MAX_VALUE / Double.BYTES, elements));
    }
    return ByteBuffer.allocate((int) elements * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }
}
