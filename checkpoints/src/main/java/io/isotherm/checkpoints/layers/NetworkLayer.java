package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.List;
import java.util.Optional;

/**
 * A matrix or a convolution that is measured.
 *
 * @param weight as the network uses it
 * @param axes of what is measured
 * @param stack the name of the tensor that it is a member of; absent if it stands alone
 */
public record NetworkLayer(EffectiveWeight weight, LayerAxes axes, Optional<String> stack) {

  /** What it is called: its tensor's name, in a stack with the member's number in brackets. */
  public String name() {
    return weight.entry().name();
  }

  /** The tensor that a trainer would know: the whole stack of a member. */
  public String tensor() {
    return stack.orElse(name());
  }

  /** The sizes of the weight in PyTorch's order. */
  public List<Long> shape() {
    boolean isMeasuredAsItIs =
        !weight.hasOnlyTheSpectrum() && weight.shape().size() == axes.order().size();
    return isMeasuredAsItIs ? axes.inStandardOrder(weight.shape()) : weight.shape();
  }
}
