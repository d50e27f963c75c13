package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which axis of a matrix has its outputs: as many as its bias has numbers; else as with the other
 * matrices of that name, such as the {@code c_proj} of all blocks.
 */
final class DenseAxes {

  private final Siblings siblings;
  private final Optional<WeightLayout> chosen;
  private final Optional<WeightLayout> format;

  /** By the modules' names, how many more matrices have their inputs first than last. */
  private final Map<String, Integer> votes = new HashMap<>();

  DenseAxes(
      List<EffectiveWeight> layers,
      Siblings siblings,
      Optional<WeightLayout> chosen,
      Optional<WeightLayout> format) {
    this.siblings = siblings;
    this.chosen = chosen;
    this.format = format;
    for (EffectiveWeight layer : layers) {
      TensorName name = TensorName.of(layer.entry().name());
      hasInputsFirst(name, layer.shape())
          .ifPresent(isSo -> votes.merge(key(name), isSo ? 1 : -1, Integer::sum));
    }
  }

  private static String key(TensorName name) {
    return name.moduleName() + "." + name.parameter();
  }

  LayerAxes of(TensorName name, List<Long> shape) {
    WeightLayout layout = chosen.orElseGet(() -> found(name, shape));
    return layout.axes(LayerAxes.MATRIX_RANK);
  }

  private WeightLayout found(TensorName name, List<Long> shape) {
    if (isNamedSo(name)) {
      return WeightLayout.FLAX;
    }
    int vote = votes.getOrDefault(key(name), 0);
    return hasInputsFirst(name, shape)
        .or(() -> vote == 0 ? Optional.empty() : Optional.of(vote > 0))
        .map(isSo -> isSo ? WeightLayout.FLAX : WeightLayout.PYTORCH)
        .orElse(format.orElse(WeightLayout.PYTORCH));
  }

  /** Flax and Keras say kernel, TransformerLens W_in. */
  private static boolean isNamedSo(TensorName name) {
    return name.parameter().endsWith("kernel") || name.parameter().matches("w_\\w+");
  }

  /** Empty if there is no bias, or it would fit both axes. */
  private Optional<Boolean> hasInputsFirst(TensorName name, List<Long> shape) {
    if (shape.size() != LayerAxes.MATRIX_RANK || shape.get(0).equals(shape.get(1))) {
      return Optional.empty();
    }
    return siblings
        .bias(name)
        .filter(bias -> bias.size() == 1 && shape.contains(bias.get(0)))
        .map(bias -> bias.get(0).equals(shape.get(1)));
  }
}
