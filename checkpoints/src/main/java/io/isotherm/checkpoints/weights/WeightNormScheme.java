package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.List;
import java.util.Optional;

/**
 * PyTorch's weight norm, old ({@code weight_g}, {@code weight_v}) and new ({@code
 * parametrizations.weight.original0} and {@code original1}).
 */
final class WeightNormScheme implements Scheme {

  private static final String DIRECTION = "_v";
  private static final String NEW_DIRECTION = ".original1";

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    Optional<String> length = lengthName(tensor.entry().name());
    if (length.isEmpty() || tensor.entry().shape().size() < 2) {
      return Optional.empty();
    }
    Optional<Checkpoint.Tensor> found = all.find(length.get());
    if (found.isEmpty()) {
      return orphan(tensor.entry().name(), length.get());
    }
    Checkpoint.Tensor g = found.get();
    List<Long> shape = tensor.entry().shape();
    Optional<Integer> axis = axis(g.entry().shape(), shape);
    AxisSizes sizes = axis.isPresent() ? AxisSizes.of(shape, axis.get()) : new AxisSizes(1, 1);
    NumberType.required(g.entry());
    EffectiveWeight weight =
        EffectiveWeight.formed(
            weightName(tensor.entry().name()),
            shape,
            axis.isPresent() ? "weight norm, axis " + axis.get() : "weight norm of the whole",
            new WeightNormalised(StoredRows.of(tensor), g, sizes));
    return Optional.of(new Found(weight, List.of(tensor, g)));
  }

  private static Optional<Found> orphan(String direction, String length)
      throws UnformableException {
    // A bare name that ends in _v may be anything.
    if (direction.endsWith("weight" + DIRECTION) || direction.contains(".parametrizations.")) {
      throw new UnformableException(
          "weight norm without its length '%s'".formatted(TensorNames.parameter(length)));
    }
    return Optional.empty();
  }

  private static Optional<String> lengthName(String name) {
    return TensorNames.before(name, NEW_DIRECTION)
        .filter(before -> before.contains("parametrizations."))
        .map(before -> before + ".original0")
        .or(() -> TensorNames.before(name, DIRECTION).map(before -> before + "_g"));
  }

  /** The axis that g has numbers along; empty if it has one number. */
  private static Optional<Integer> axis(List<Long> length, List<Long> shape)
      throws UnformableException {
    if (Shapes.count(length) == 1) {
      return Optional.empty();
    }
    Optional<Integer> axis = Optional.empty();
    boolean fits = length.size() == shape.size();
    for (int i = 0; fits && i < shape.size(); i++) {
      if (length.get(i) != 1) {
        fits = length.get(i).equals(shape.get(i)) && axis.isEmpty();
        axis = Optional.of(i);
      }
    }
    if (!fits) {
      throw new UnformableException(
          "weight norm with lengths of shape %s for %s".formatted(length, shape));
    }
    return axis;
  }

  @Override
  public String weightName(String main) {
    return TensorNames.before(main, NEW_DIRECTION)
        .map(Parametrizations::weightName)
        .or(() -> TensorNames.before(main, DIRECTION))
        .orElse(main);
  }
}
