package io.isotherm.standalone.analyze;

import io.isotherm.contracts.Names;
import io.isotherm.contracts.run.LayerDescription;
import io.isotherm.contracts.run.LayerKind;
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

  /** Model Balancing's block: the first whole number between two dots of a name. */
  private static final Pattern BLOCK = Pattern.compile(".*?\\.(\\d{1,9})\\..*");

  private CheckpointLayer() {}

  /**
   * The layer; empty for a tensor that is none by its shape.
   *
   * @param position in the network, which names a layer whose tensor's name has characters that no
   *     layer's has
   */
  static Optional<LayerDescription> of(LayerResult result, int position) {
    List<Long> shape = result.shape();
    if (shape.size() < DENSE_RANK
        || shape.size() > CONVOLUTION_2D_RANK
        || shape.stream().anyMatch(size -> size < 1)) {
      return Optional.empty();
    }
    String name = result.layer();
    return Optional.of(
        new LayerDescription(
            Names.isLayer(name) ? name : "#" + position,
            shape.size() == DENSE_RANK ? LayerKind.DENSE : LayerKind.CONVOLUTION,
            shape.size() == CONVOLUTION_1D_RANK
                ? List.of(shape.get(0), shape.get(1), 1L, shape.get(2))
                : shape,
            Optional.empty(),
            block(name)));
  }

  /** The block that a name says. */
  static OptionalInt block(String name) {
    Matcher matcher = BLOCK.matcher(name);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }
}
