package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One weight layer of a network.
 *
 * @param name unique within its run
 * @param kind decides how many matrices the weights are
 * @param shape of the weights in PyTorch's order: {@code [out, in]} or {@code [out, in, kH, kW]}
 * @param normLayer the norm layer that takes this layer's learning rate, if one follows it
 * @param block index of the residual or transformer block that the layer belongs to, if any
 */
public record LayerDescription(
    String name, LayerKind kind, List<Long> shape, Optional<String> normLayer, OptionalInt block) {

  /** Checks names, and that the shape is one of {@code kind}. */
  public LayerDescription {
    Names.requireLayer(name);
    Checks.requirePresent("kind of layer '" + name + "'", kind);
    shape = Checks.requireElements("shape of layer '" + name + "'", shape);
    int rank = kind == LayerKind.DENSE ? 2 : 4;
    if (shape.size() != rank) {
      throw new IllegalArgumentException(
          "shape of %s layer '%s' must have %d dimensions, got: %s"
              .formatted(kind.name().toLowerCase(java.util.Locale.ROOT), name, rank, shape));
    }
    long weights = 1;
    for (long dimension : shape) {
      Checks.requirePositive("each dimension of layer '" + name + "'", dimension);
      if (dimension > Long.MAX_VALUE / weights) {
        throw new IllegalArgumentException(
            "shape of layer '%s' must have at most 2^63 - 1 weights, got: %s"
                .formatted(name, shape));
      }
      weights *= dimension;
    }
    normLayer = normLayer == null ? Optional.empty() : normLayer;
    normLayer.ifPresent(Names::requireLayer);
    block = block == null ? OptionalInt.empty() : block;
  }

  /**
   * How many eigenvalues the layer has: {@code min(out, in)}, for a convolution times {@code kH *
   * kW}.
   */
  @JsonIgnore
  public long eigenvalueCount() {
    long perMatrix = Math.min(shape.get(0), shape.get(1));
    return kind == LayerKind.DENSE ? perMatrix : perMatrix * shape.get(2) * shape.get(3);
  }
}
