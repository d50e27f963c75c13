package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Projections of attention that are stored with an axis for the heads: one matrix, as other files
 * have it. TransformerLens stores {@code W_Q}, {@code W_K}, {@code W_V} as {@code [heads, in, dim]}
 * and {@code W_O} as {@code [heads, dim, out]}; Flax a kernel {@code [in, heads, dim]} with a bias
 * {@code [heads, dim]}, and {@code [heads, dim, out]}.
 */
final class HeadRules {

  private static final int RANK = 3;
  private static final Set<String> OF_LENS = Set.of("w_q", "w_k", "w_v");
  private static final String OUTPUT_OF_LENS = "w_o";
  private static final String KERNEL = "kernel";

  private static final Set<String> INPUTS =
      Set.of("query", "key", "value", "q_proj", "k_proj", "v_proj");

  private final Siblings siblings;

  HeadRules(Siblings siblings) {
    this.siblings = siblings;
  }

  /** The one matrix of such a projection; empty if the weight is none. */
  Optional<LayerForm> joined(TensorName name, EffectiveWeight weight) {
    List<Long> shape = weight.shape();
    if (shape.size() != RANK || shape.contains(0L)) {
      return Optional.empty();
    }
    long joined = 0;
    EffectiveWeight ordered = weight;
    if (OF_LENS.contains(name.parameter())) {
      ordered = weight.withAxesExchanged();
      joined = 1;
    } else if (isInput(name, shape)) {
      joined = 1;
    } else if (!name.parameter().equals(OUTPUT_OF_LENS) && !isOutput(name, shape)) {
      return Optional.empty();
    }
    List<Long> sizes = ordered.shape();
    List<Long> matrix =
        joined == 1
            ? List.of(sizes.get(0), sizes.get(1) * sizes.get(2))
            : List.of(sizes.get(0) * sizes.get(1), sizes.get(2));
    return Optional.of(
        new LayerForm(ordered.reshaped(matrix), WeightLayout.FLAX.axes(LayerAxes.MATRIX_RANK)));
  }

  private boolean isInput(TensorName name, List<Long> shape) {
    if (!name.parameter().equals(KERNEL)) {
      return false;
    }
    return siblings
        .bias(name)
        .map(bias -> bias.equals(shape.subList(1, RANK)))
        .orElse(INPUTS.contains(name.moduleName()));
  }

  /** Beside it is a projection to the heads that it comes from. */
  private boolean isOutput(TensorName name, List<Long> shape) {
    return name.parameter().equals(KERNEL)
        && INPUTS.stream()
            .filter(input -> !input.equals(name.moduleName()))
            .flatMap(input -> siblings.shape(name.outer(1).inner(input, KERNEL)).stream())
            .anyMatch(
                input ->
                    input.size() == RANK && input.subList(1, RANK).equals(shape.subList(0, 2)));
  }
}
