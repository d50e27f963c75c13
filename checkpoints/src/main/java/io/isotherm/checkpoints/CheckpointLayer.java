package io.isotherm.checkpoints;

import io.isotherm.checkpoints.layers.WeightLayer;
import io.isotherm.checks.Names;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.methods.policy.Glob;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A checkpoint's tensors as the layers that policies know, which carry names and shapes alone. */
final class CheckpointLayer {

  /** A run names a layer, a checkpoint the layer's parameter. */
  private static final String PARAMETER = ".weight";

  /** Model Balancing's block: the first whole number between two dots of a name. */
  private static final Pattern BLOCK = Pattern.compile(".*?\\.(\\d{1,9})\\..*");

  private CheckpointLayer() {}

  /**
   * The layer.
   *
   * @param position in the network, which names a layer whose tensor's name has characters that no
   *     layer's has
   */
  static LayerDescription of(WeightLayer layer, int position) {
    String name = layer.name();
    return new LayerDescription(
        Names.isLayer(name) ? name : "#" + position,
        layer.kind(),
        layer.shape(),
        Optional.empty(),
        block(name));
  }

  /** The name that the layer of a tensor has in a run. */
  static String name(String tensor) {
    return tensor.endsWith(PARAMETER)
        ? tensor.substring(0, tensor.length() - PARAMETER.length())
        : tensor;
  }

  /** Whether one of a policy's patterns means a tensor, by its own name or by its layer's. */
  static boolean fits(List<String> patterns, String tensor) {
    return Glob.anyMatches(patterns, tensor) || Glob.anyMatches(patterns, name(tensor));
  }

  /** The block that a name says. */
  static OptionalInt block(String name) {
    Matcher matcher = BLOCK.matcher(name);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }
}
