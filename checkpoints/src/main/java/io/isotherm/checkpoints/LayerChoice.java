package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.WeightLayout;
import io.isotherm.methods.policy.Glob;
import java.util.List;
import java.util.Optional;

/**
 * What the user says of a checkpoint's tensors.
 *
 * @param include those that are analysed though they are no layers
 * @param exclude those that are not
 * @param layout the order of their axes; absent if it shall be found out
 */
public record LayerChoice(List<Glob> include, List<Glob> exclude, Optional<WeightLayout> layout) {

  /** Nothing said: the layers are found by rules. */
  public static final LayerChoice BY_RULES =
      new LayerChoice(List.of(), List.of(), Optional.empty());

  /** Copies the lists. */
  public LayerChoice {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }
}
