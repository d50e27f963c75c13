package io.isotherm.checkpoints.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whose order of axes the weights of a file have. */
public enum WeightLayout {
  /** {@code [out, in]} and {@code [out, in, kH, kW]}. */
  PYTORCH("pt"),
  /** {@code [in, out]} and {@code [kH, kW, in, out]}. */
  FLAX("flax"),
  /** As {@link #FLAX}. */
  TENSORFLOW("tf"),
  /** {@code [out, in]} and {@code [out, kH, kW, in]}. */
  MLX("mlx");

  private final String format;

  WeightLayout(String format) {
    this.format = format;
  }

  /** The one that the entry {@code format} of a file's metadata names. */
  static Optional<WeightLayout> ofFormat(String format) {
    return Arrays.stream(values()).filter(layout -> layout.format.equals(format)).findFirst();
  }

  /** Whether the inputs come before the outputs, and the kernel before both. */
  boolean isKernelFirst() {
    return this == FLAX || this == TENSORFLOW;
  }

  /**
   * The axes of a weight.
   *
   * @param rank 2 for a dense layer, 3 to 5 for a convolution
   */
  LayerAxes axes(int rank) {
    List<String> kernel = LayerAxes.kernel(rank - LayerAxes.MATRIX_RANK);
    List<String> order = new ArrayList<>();
    if (isKernelFirst()) {
      order.addAll(kernel);
      order.addAll(List.of(LayerAxes.IN, LayerAxes.OUT));
    } else {
      order.addAll(List.of(LayerAxes.OUT, LayerAxes.IN));
      order.addAll(this == MLX ? 1 : order.size(), kernel);
    }
    return new LayerAxes(order, false);
  }
}
