package io.isotherm.checkpoints.weights;

import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Complex weights, such as a Fourier neural operator's {@code [in, out, modes...]}: a matrix for
 * each mode. Solvers compute with real numbers: what is measured has the same singular values.
 */
final class ComplexScheme implements Scheme {

  /** Two floats, the real part first. */
  private static final String TYPE = "C64";

  private static final int MATRIX_RANK = 2;

  @Override
  public Optional<Found> find(Checkpoint.Tensor tensor, StoredTensors all)
      throws UnformableException {
    List<Long> stored = tensor.entry().shape();
    if (!tensor.entry().type().equals(TYPE) || stored.size() < MATRIX_RANK) {
      return Optional.empty();
    }
    long count = Shapes.count(stored);
    if (count == 0) {
      throw new UnformableException(
          "%s has no elements".formatted(TensorNames.shown(tensor.entry())));
    }
    Bidiagonal formula = new Bidiagonal(tensor);
    List<Long> shape = new ArrayList<>(List.of(stored.get(1), stored.get(0)));
    shape.addAll(stored.subList(MATRIX_RANK, stored.size()));
    EffectiveWeight weight =
        new EffectiveWeight(
            Shapes.entry(tensor.entry().name(), DType.F64, formula.shape()),
            shape,
            new Formation.Formed(
                stored.size() > MATRIX_RANK ? "complex, a matrix per mode" : "complex", formula));
    return Optional.of(new Found(weight, List.of(tensor)));
  }

  @Override
  public String weightName(String main) {
    return main;
  }
}
