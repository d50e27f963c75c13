package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import io.isotherm.checkpoints.weights.Formation;
import io.isotherm.safetensors.Checkpoint;
import io.isotherm.safetensors.TensorEntry;
import java.util.Arrays;
import java.util.List;

/** Weights of which nothing but names and shapes are there. */
final class NamedShapes {

  private NamedShapes() {}

  /**
   * A weight.
   *
   * @param shape sizes with blanks between them
   */
  static EffectiveWeight weight(String name, String shape) {
    List<Long> sizes =
        shape.isBlank() ? List.of() : Arrays.stream(shape.split(" ")).map(Long::valueOf).toList();
    long bytes = sizes.stream().reduce((long) Float.BYTES, (a, b) -> a * b);
    TensorEntry entry = new TensorEntry(name, "F32", sizes, 0, bytes);
    return new EffectiveWeight(
        entry, sizes, new Formation.Stored(new Checkpoint.Tensor(entry, null)));
  }
}
