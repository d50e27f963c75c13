package io.isotherm.checkpoints.weights;

import io.isotherm.checks.Checks;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.DType;
import io.isotherm.safetensors.TensorEntry;
import java.util.List;
import java.util.Optional;

/**
 * A weight as the network uses it.
 *
 * @param entry name, type and shape of what is measured
 * @param shape of the weight in the network; another than the entry's where something smaller with
 *     the same spectrum is measured
 * @param formation how it comes from what is stored
 */
public record EffectiveWeight(TensorEntry entry, List<Long> shape, Formation formation) {

  /** Checks that all is there. */
  public EffectiveWeight {
    Checks.requirePresent("entry of a weight", entry);
    shape = List.copyOf(shape);
    Checks.requirePresent("formation of weight '" + entry.name() + "'", formation);
  }

  /** A weight that is stored as it is used. */
  static EffectiveWeight stored(Checkpoint.Tensor tensor) {
    return new EffectiveWeight(
        tensor.entry(), tensor.entry().shape(), new Formation.Stored(tensor));
  }

  /**
   * A weight in single precision that is measured in its own shape.
   *
   * @throws UnformableException if no weight has such a shape
   */
  static EffectiveWeight formed(String name, List<Long> shape, String how, Formula formula)
      throws UnformableException {
    return new EffectiveWeight(
        Shapes.entry(name, DType.F32, shape), shape, new Formation.Formed(how, formula));
  }

  /** A weight that {@code part} is a part of, and that cannot be had. */
  static EffectiveWeight unformed(String name, TensorEntry part, String reason) {
    return new EffectiveWeight(
        new TensorEntry(name, part.type(), part.shape(), part.begin(), part.end()),
        part.shape(),
        new Formation.Unformed(reason));
  }

  /** The same under another name. */
  EffectiveWeight named(String name) {
    return new EffectiveWeight(
        new TensorEntry(name, entry.type(), entry.shape(), entry.begin(), entry.end()),
        shape,
        formation);
  }

  /** How it was formed, in a few words; empty if it is stored as it is used, or cannot be had. */
  public Optional<String> how() {
    return formation instanceof Formation.Formed formed
        ? Optional.of(formed.how())
        : Optional.empty();
  }
}
