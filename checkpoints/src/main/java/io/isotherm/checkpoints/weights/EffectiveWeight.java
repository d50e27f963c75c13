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

  /**
   * The same elements in another shape.
   *
   * @param other with as many elements
   */
  public EffectiveWeight reshaped(List<Long> other) {
    return new EffectiveWeight(
        new TensorEntry(entry.name(), entry.type(), other, entry.begin(), entry.end()),
        other,
        formation);
  }

  /**
   * One of the matrices that lie behind each other in this weight of shape {@code [members, rows,
   * columns]}; called as the weight, with the number in brackets.
   *
   * @param index 0-based
   */
  public EffectiveWeight member(int index) {
    List<Long> matrix = shape.subList(1, shape.size());
    long bytes = entry.byteLength() / shape.get(0);
    return new EffectiveWeight(
        new TensorEntry("%s[%d]".formatted(entry.name(), index), entry.type(), matrix, 0, bytes),
        matrix,
        ofMember(index, bytes));
  }

  private Formation ofMember(int index, long bytes) {
    if (formation instanceof Formation.Stored stored) {
      return new Formation.Part(stored.tensor(), index * bytes);
    }
    if (formation instanceof Formation.Formed formed) {
      long elements = bytes / entry.dtype().orElseThrow().bytes();
      return formed
          .formula()
          .part(index * elements, elements)
          .<Formation>map(part -> new Formation.Formed(formed.how(), part))
          .orElseGet(
              () ->
                  new Formation.Unformed(
                      "a stack with %s is not taken apart".formatted(formed.how())));
    }
    return formation;
  }

  /** The same with its first two axes exchanged, which are those of {@code [a, b, c]}. */
  public EffectiveWeight withAxesExchanged() {
    List<Long> exchanged = List.of(shape.get(1), shape.get(0), shape.get(2));
    Formation other =
        formation instanceof Formation.Stored stored
            ? new Formation.Formed("heads side by side", new AxesExchanged(stored.tensor()))
            : new Formation.Unformed("heads that are not stored as they are used");
    return new EffectiveWeight(
        new TensorEntry(entry.name(), entry.type(), exchanged, 0, entry.byteLength()),
        exchanged,
        formation instanceof Formation.Unformed ? formation : other);
  }

  /** Whether what is measured has nothing of the weight but its spectrum. */
  public boolean hasOnlyTheSpectrum() {
    return formation instanceof Formation.Formed formed && formed.formula().hasOnlyTheSpectrum();
  }

  /** How it was formed, in a few words; empty if it is stored as it is used, or cannot be had. */
  public Optional<String> how() {
    return formation instanceof Formation.Formed formed
        ? Optional.of(formed.how())
        : Optional.empty();
  }
}
