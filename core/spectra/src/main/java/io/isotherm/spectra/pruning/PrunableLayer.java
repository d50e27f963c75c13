package io.isotherm.spectra.pruning;

import io.isotherm.checks.Checks;
import java.util.OptionalDouble;

/**
 * A layer whose weights may be pruned.
 *
 * @param block whose layers are pruned alike, such as {@code model.layers.3}
 * @param weights how many the layer has, 1 or more
 * @param alpha of the layer, finite; without one, the block's other layers decide
 */
public record PrunableLayer(String block, double weights, OptionalDouble alpha) {

  /** Checks the numbers. */
  public PrunableLayer {
    Checks.requirePresent("block of a layer", block);
    Checks.requirePositive("weights of a layer of block '" + block + "'", weights);
    alpha.ifPresent(
        value -> Checks.requireFinite("alpha of a layer of block '" + block + "'", value));
  }
}
