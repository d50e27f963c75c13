package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The shapes of all weights of a checkpoint, found by what is known of a neighbour. */
final class Siblings {

  private static final List<List<String>> ROUTERS =
      List.of(
          List.of("gate"),
          List.of("ffn_gate_inp"),
          List.of("router"),
          List.of("router", "layer"),
          List.of("router", "classifier"));

  private final Map<TensorName, List<Long>> shapes = new HashMap<>();

  static Siblings of(List<EffectiveWeight> weights) {
    Siblings siblings = new Siblings();
    weights.forEach(
        weight -> siblings.shapes.put(TensorName.of(weight.entry().name()), weight.shape()));
    return siblings;
  }

  Optional<List<Long>> shape(TensorName name) {
    return Optional.ofNullable(shapes.get(name));
  }

  /** The shape of what is added behind a weight, if it is there. */
  Optional<List<Long>> bias(TensorName weight) {
    String parameter = weight.parameter();
    return List.of(
            parameter.replaceFirst("weight|kernel", "bias"),
            parameter.replaceFirst("^w", "b"),
            parameter + "_bias")
        .stream()
        .filter(name -> !name.equals(parameter))
        .flatMap(name -> shape(weight.sibling(name)).stream())
        .findFirst();
  }

  /**
   * The shape of the scale of the norm behind a convolution, if its name says which one it is:
   * {@code bn1} of {@code conv1}, or {@code 1} of {@code 0}.
   */
  Optional<List<Long>> norm(TensorName weight) {
    String module = weight.moduleName();
    List<String> norms = new ArrayList<>();
    if (module.matches("\\d{1,9}")) {
      norms.add(Integer.toString(Integer.parseInt(module) + 1));
    } else if (module.contains("conv")) {
      norms.add(module.replace("conv", "bn"));
      norms.add(module.replace("conv", "norm"));
    }
    return norms.stream()
        .map(norm -> weight.outer(1).inner(norm, "weight"))
        .flatMap(name -> shape(name).stream())
        .filter(shape -> shape.size() == 1)
        .findFirst();
  }

  /**
   * The shape of the matrix that chooses between the experts that a weight belongs to: {@code
   * [experts, in]}, or the other way around. It stands beside one of the modules that the weight is
   * in.
   */
  Optional<List<Long>> router(TensorName weight) {
    for (int up = 0; up < weight.parts().size(); up++) {
      for (List<String> router : ROUTERS) {
        for (String parameter : List.of("weight", "kernel")) {
          Optional<List<Long>> shape =
              shape(weight.outer(up).inner(router).inner(parameter))
                  .filter(sizes -> sizes.size() == LayerAxes.MATRIX_RANK);
          if (shape.isPresent()) {
            return shape;
          }
        }
      }
    }
    return Optional.empty();
  }
}
