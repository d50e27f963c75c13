package io.isotherm.checkpoints.layers;

import io.isotherm.contracts.run.LayerKind;
import java.util.List;

/**
 * A layer as a run would describe it; all members of a stack are one.
 *
 * @param name of the tensor
 * @param kind of layer
 * @param shape in PyTorch's order
 */
public record WeightLayer(String name, LayerKind kind, List<Long> shape) {

  /** Copies the list. */
  public WeightLayer {
    shape = List.copyOf(shape);
  }
}
