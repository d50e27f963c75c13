package io.isotherm.checkpoints;

import io.isotherm.checks.Names;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
import io.isotherm.methods.policy.Glob;
import io.isotherm.safetensors.TensorEntry;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A checkpoint's tensors as the layers that policies know, which carry names and shapes alone. */
final class CheckpointLayer {

  private static final int DENSE_RANK = 2;
  private static final int CONVOLUTION_1D_RANK = 3;
  private static final int CONVOLUTION_2D_RANK = 4;

  /** A run names a layer, a checkpoint the layer's parameter. */
  private static final String PARAMETER = ".weight";

  /** Model Balancing's block: the first whole number between two dots of a name. */
  private static final Pattern BLOCK = Pattern.compile(".*?\\.(\\d{1,9})\\..*");

  private CheckpointLayer() {}

  /** Whether a tensor is a weight layer by its shape. */
  static boolean isLayer(TensorEntry tensor) {
    List<Long> shape = tensor.shape();
    return shape.size() >= DENSE_RANK
        && shape.size() <= CONVOLUTION_2D_RANK
        && shape.stream().allMatch(size -> size >= 1);
  }

  /**
   * The layer.
   *
   * @param tensor that is one by its shape
   * @param position in the network, which names a layer whose tensor's name has characters that no
   *     layer's has
   */
  static LayerDescription of(TensorEntry tensor, int position) {
    String name = tensor.name();
    List<Long> shape = tensor.shape();
    return new LayerDescription(
        Names.isLayer(name) ? name : "#" + position,
        shape.size() == DENSE_RANK ? LayerKind.DENSE : LayerKind.CONVOLUTION,
        shape.size() == CONVOLUTION_1D_RANK
            ? List.of(shape.get(0), shape.get(1), 1L, shape.get(2))
            : shape,
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
