package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.List;
import java.util.Optional;

/** {@code torch.nn.utils.prune}: {@code weight_orig} and {@code weight_mask}. */
final class PruningScheme implements Scheme {

  private static final String ORIGINAL = "_orig";

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    Optional<String> weight = TensorNames.before(tensor.entry().name(), ORIGINAL);
    if (weight.isEmpty()) {
      return Optional.empty();
    }
    Optional<Checkpoint.Tensor> found = all.find(weight.get() + "_mask");
    if (found.isEmpty()) {
      if (tensor.entry().shape().size() > 1) {
        throw new UnformableException(
            "neither '%1$s_mask' of pruning nor '%1$s_u' of spectral norm is there"
                .formatted(TensorNames.parameter(weight.get())));
      }
      return Optional.empty();
    }
    Checkpoint.Tensor mask = found.get();
    List<Long> shape = tensor.entry().shape();
    if (!mask.entry().shape().equals(shape)) {
      throw new UnformableException(
          "a mask of shape %s for weights of %s".formatted(mask.entry().shape(), shape));
    }
    Formula formula = new Masked(StoredRows.of(tensor), StoredRows.of(mask), Shapes.rows(shape));
    return Optional.of(
        new Found(
            EffectiveWeight.formed(weight.get(), shape, "pruned by its mask", formula),
            List.of(tensor, mask)));
  }

  @Override
  public String weightName(String main) {
    return TensorNames.before(main, ORIGINAL).orElse(main);
  }
}
