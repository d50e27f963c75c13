package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * The two factors of a low-rank weight {@code scale * B A}. For a convolution A is one, and B one
 * of 1x1.
 *
 * @param up B, {@code [out, rank]}
 * @param down A, {@code [rank, in]} or {@code [rank, in, ...]}
 * @param scale what their product is multiplied with
 */
record LowRankPair(Checkpoint.Tensor up, Checkpoint.Tensor down, double scale) {

  /**
   * Checks that one follows the other.
   *
   * @throws UnformableException if they do not
   */
  static LowRankPair of(Checkpoint.Tensor up, Checkpoint.Tensor down, double scale)
      throws UnformableException {
    List<Long> a = down.entry().shape();
    List<Long> b = up.entry().shape();
    boolean fits =
        a.size() >= 2
            && b.size() >= 2
            && a.get(0).equals(b.get(1))
            && b.stream().skip(2).allMatch(size -> size == 1)
            && a.stream().allMatch(size -> size > 0)
            && b.get(0) > 0;
    if (!fits) {
      throw new UnformableException("low-rank factors of shapes %s and %s".formatted(b, a));
    }
    if (!Double.isFinite(scale)) {
      throw new UnformableException("a low-rank pair with the scale " + scale);
    }
    NumberType.required(up.entry());
    NumberType.required(down.entry());
    Shapes.columns(a);
    Shapes.toInt(b.get(0));
    return new LowRankPair(up, down, scale);
  }

  int rank() {
    return down.entry().shape().get(0).intValue();
  }

  int outputs() {
    return up.entry().shape().get(0).intValue();
  }

  /** Of the product: {@code [out, in, ...]}. */
  List<Long> shape() {
    return withRows(outputs());
  }

  /** A shape like the product's with another number of outputs. */
  List<Long> withRows(long rows) {
    List<Long> shape = new ArrayList<>(down.entry().shape());
    shape.set(0, rows);
    return shape;
  }

  /** Elements of the product for each output. */
  int columns() throws UnformableException {
    return Shapes.columns(down.entry().shape());
  }

  /** Bytes of both factors as doubles, and as they are stored. */
  long heapBytes() {
    return (1 + Double.BYTES) * (up.entry().byteLength() + down.entry().byteLength());
  }
}
