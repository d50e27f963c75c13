package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * PyTorch's spectral norm, old ({@code weight_orig}, {@code weight_u}, {@code weight_v}) and new
 * ({@code parametrizations.weight.original}, {@code parametrizations.weight.0._u} and {@code _v}).
 */
final class SpectralNormScheme implements Scheme {

  private static final String ORIGINAL = "_orig";
  private static final String NEW_ORIGINAL = ".original";

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    String name = tensor.entry().name();
    Optional<String> vectors = vectors(name);
    if (vectors.isEmpty()) {
      return Optional.empty();
    }
    Optional<Checkpoint.Tensor> left = all.find(vectors.get() + "_u");
    Optional<Checkpoint.Tensor> right = all.find(vectors.get() + "_v");
    if (left.isEmpty() || right.isEmpty()) {
      if (name.contains(Parametrizations.PART) && tensor.entry().shape().size() > 1) {
        throw new UnformableException("a parametrization that is not known");
      }
      return Optional.empty();
    }
    Checkpoint.Tensor u = left.get();
    Checkpoint.Tensor v = right.get();
    List<Long> shape = tensor.entry().shape();
    NumberType.required(u.entry());
    NumberType.required(v.entry());
    EffectiveWeight weight =
        EffectiveWeight.formed(
            weightName(name),
            shape,
            "spectral norm",
            new SpectrallyNormalised(StoredRows.of(tensor), u, v, axis(shape, u, v)));
    return Optional.of(new Found(weight, List.of(tensor, u, v)));
  }

  private static Optional<String> vectors(String name) {
    return TensorNames.before(name, NEW_ORIGINAL)
        .filter(before -> before.contains(Parametrizations.PART))
        .map(before -> before + ".0.")
        .or(() -> TensorNames.before(name, ORIGINAL));
  }

  /** Where two axes fit, the first: for a convolution that is not transposed it is right. */
  private static AxisSizes axis(List<Long> shape, Checkpoint.Tensor u, Checkpoint.Tensor v)
      throws UnformableException {
    long rows = Shapes.count(u.entry().shape());
    long columns = Shapes.count(v.entry().shape());
    OptionalInt axis =
        IntStream.range(0, shape.size()).filter(i -> shape.get(i) == rows).findFirst();
    boolean fits =
        axis.isPresent() && rows > 0 && columns > 0 && Shapes.count(shape) / rows == columns;
    if (!fits) {
      throw new UnformableException(
          "spectral norm with vectors of %d and %d numbers for %s".formatted(rows, columns, shape));
    }
    return AxisSizes.of(shape, axis.getAsInt());
  }

  @Override
  public String weightName(String main) {
    return TensorNames.before(main, NEW_ORIGINAL)
        .map(Parametrizations::weightName)
        .or(() -> TensorNames.before(main, ORIGINAL))
        .orElse(main);
  }
}
