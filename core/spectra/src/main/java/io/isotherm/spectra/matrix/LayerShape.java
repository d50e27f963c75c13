package io.isotherm.spectra.matrix;

import io.isotherm.safetensors.SafeTensor;
import java.util.List;

/**
 * The sizes of a layer's axes in PyTorch's order, however they lie in its tensor.
 *
 * @param axes their names: {@code out,in}, then the kernel's, or {@code stack,out,in}
 * @param sizes of the same axes
 */
public record LayerShape(List<String> axes, List<Long> sizes) {

  /** Copies the lists. */
  public LayerShape {
    axes = List.copyOf(axes);
    sizes = List.copyOf(sizes);
  }

  /**
   * The shape that a tensor's layout gives it. Looks at no element.
   *
   * @throws UnreadableTensorException if rank or layout are not those of a layer
   */
  public static LayerShape of(SafeTensor tensor) throws UnreadableTensorException {
    Layout layout = Layout.of(tensor);
    List<String> axes = layout.standardOrder();
    return new LayerShape(
        axes, axes.stream().map(name -> (long) layout.axis(name).size()).toList());
  }

  /** Whether the layer is a stack of matrices. */
  public boolean isStack() {
    return axes.contains(Layout.STACK);
  }

  /** For example {@code [64, 32] (out,in)}. */
  @Override
  public String toString() {
    return "%s (%s)".formatted(sizes, String.join(",", axes));
  }
}
