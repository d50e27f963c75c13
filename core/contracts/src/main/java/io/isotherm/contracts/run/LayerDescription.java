package io.isotherm.contracts.run;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.isotherm.checks.Checks;
import io.isotherm.checks.Names;
import io.isotherm.safetensors.DType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One weight layer of a network. A layer that cannot be measured is described all the same: {@link
 * #reasonWithoutAlpha} says why, and the others are decided without it.
 *
 * @param name unique within its run
 * @param kind decides how many matrices the weights are
 * @param shape of the weights, in the order that {@link LayerKind} has for the kind
 * @param normLayers the norm layers before or behind this one that take its factors
 * @param block index of the residual or transformer block that the layer belongs to, if any
 * @param dtype that the weights are published in; absent if it may change
 */
public record LayerDescription(
    String name,
    LayerKind kind,
    List<Long> shape,
    @JsonAlias("normLayer")
        @JsonFormat(with = JsonFormat.Feature.ACCEPT_SINGLE_VALUE_AS_ARRAY)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonProperty(defaultValue = "[]")
        List<String> normLayers,
    OptionalInt block,
    Optional<DType> dtype) {

  /** Checks names and that the weights can be counted. */
  public LayerDescription {
    Names.requireLayer(name);
    Checks.requirePresent("kind of layer '" + name + "'", kind);
    shape = Checks.requireElements("shape of layer '" + name + "'", shape);
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
    normLayers =
        normLayers == null
            ? List.of()
            : Checks.requireElements("normLayers of layer '" + name + "'", normLayers);
    normLayers.forEach(Names::requireLayer);
    block = block == null ? OptionalInt.empty() : block;
    dtype = dtype == null ? Optional.empty() : dtype;
  }

  /** With one norm layer or none, in any element type. */
  public LayerDescription(
      String name,
      LayerKind kind,
      List<Long> shape,
      Optional<String> normLayer,
      OptionalInt block) {
    this(name, kind, shape, normLayer.stream().toList(), block, Optional.empty());
  }

  /**
   * Why the layer can have no alpha, if it can have none: one sentence for the reader. Such a layer
   * keeps the factor 1, and nobody waits for its outcome.
   */
  @JsonIgnore
  public Optional<String> reasonWithoutAlpha() {
    if (kind == LayerKind.OTHER) {
      return Optional.of(
          "layer '%s' is of a kind that this version of Isotherm does not know".formatted(name));
    }
    return kind.fits(shape)
        ? Optional.empty()
        : Optional.of(
            "shape of %s layer '%s' must have %s dimensions, got: %s"
                .formatted(kind, name, kind.dimensions(), shape));
  }

  /**
   * How many eigenvalues one fit of the layer has: {@code min(out, in)}, for a convolution times
   * the positions of its kernel; 0 if the layer can have no alpha.
   */
  @JsonIgnore
  public long eigenvalueCount() {
    if (reasonWithoutAlpha().isPresent()) {
      return 0;
    }
    int members = kind == LayerKind.STACK ? 1 : 0;
    long perMatrix = Math.min(shape.get(members), shape.get(members + 1));
    return shape.stream().skip(members + 2L).reduce(perMatrix, (count, size) -> count * size);
  }
}
