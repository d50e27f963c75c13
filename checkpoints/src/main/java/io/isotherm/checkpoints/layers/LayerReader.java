package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.List;
import java.util.Optional;

/** Reads the weights of one checkpoint as layers. */
public final class LayerReader {

  private final Siblings siblings;
  private final WeightKinds kinds;
  private final StackRules stacks;
  private final HeadRules heads;
  private final DenseAxes dense;
  private final KernelAxes kernels;

  private LayerReader(
      List<EffectiveWeight> weights, Optional<WeightLayout> chosen, Optional<WeightLayout> format) {
    this.siblings = Siblings.of(weights);
    this.kinds = new WeightKinds(weights, siblings);
    this.stacks = new StackRules(siblings);
    this.heads = new HeadRules(siblings);
    List<EffectiveWeight> layers =
        weights.stream().filter(weight -> kinds.of(weight) == TensorKind.LAYER).toList();
    this.dense = new DenseAxes(layers, siblings, chosen, format);
    this.kernels =
        new KernelAxes(layers.stream().filter(this::isKernel).toList(), siblings, chosen, format);
  }

  /**
   * A reader of all weights of a checkpoint.
   *
   * @param chosen what the user says of their axes
   * @param format the entry {@code format} of the file's metadata
   */
  public static LayerReader of(
      List<EffectiveWeight> weights, Optional<WeightLayout> chosen, Optional<String> format) {
    return new LayerReader(weights, chosen, format.flatMap(WeightLayout::ofFormat));
  }

  /** What a weight is for. */
  public TensorKind kindOf(EffectiveWeight weight) {
    TensorKind kind = kinds.of(weight);
    return kind == TensorKind.LAYER && isKernel(weight) && !kernels.isPossible(weight)
        ? TensorKind.OTHER
        : kind;
  }

  private boolean isKernel(EffectiveWeight weight) {
    int rank = weight.shape().size();
    TensorName name = TensorName.of(weight.entry().name());
    return isMeasuredAsItIs(weight)
        && (rank > LayerAxes.MATRIX_RANK + 1
            || (rank == LayerAxes.MATRIX_RANK + 1
                && heads.joined(name, weight).isEmpty()
                && !stacks.isStack(name, weight.shape())));
  }

  /** Something smaller with the same spectrum has no other axes than those that it was given. */
  private static boolean isMeasuredAsItIs(EffectiveWeight weight) {
    int rank = weight.shape().size();
    return !weight.hasOnlyTheSpectrum()
        && weight.entry().shape().equals(weight.shape())
        && rank >= LayerAxes.MATRIX_RANK
        && rank <= LayerAxes.LARGEST_RANK;
  }

  /** The layer that a weight is, which need not be one by its kind. */
  public LayerForm read(EffectiveWeight weight) {
    TensorName name = TensorName.of(weight.entry().name());
    if (!isMeasuredAsItIs(weight)) {
      int rank = weight.entry().shape().size();
      return new LayerForm(
          weight,
          WeightLayout.PYTORCH.axes(
              Math.max(LayerAxes.MATRIX_RANK, Math.min(LayerAxes.LARGEST_RANK, rank))));
    }
    if (isKernel(weight)) {
      return new LayerForm(weight, kernels.of(name, weight.shape()));
    }
    return heads
        .joined(name, weight)
        .or(() -> stacks.stacked(name, weight))
        .orElseGet(() -> new LayerForm(weight, dense.of(name, weight.shape())));
  }
}
