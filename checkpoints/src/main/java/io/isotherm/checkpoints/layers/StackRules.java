package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Matrices behind each other in one tensor, such as the experts of a mixture: {@code [experts, out,
 * in]}, {@code [experts, in, out]}, or the rows of all experts below each other.
 */
final class StackRules {

  private static final int RANK = 3;
  private static final String ALL_EXPERTS = "experts";
  private static final Pattern EXPERTS =
      Pattern.compile("expert|_exps$|(^|_)moe(_|$)|switch_mlp|switch_glu");
  private static final Pattern CONVOLUTION = Pattern.compile("conv");

  /** Kernels of size 32 and more have a name that says that they are. */
  private static final long LARGEST_KERNEL = 32;

  private static final Pattern INTO_EXPERT =
      Pattern.compile("(ffn_)?(gate|up)(_.*)?|w1|w3|v1|wi(_\\d)?|fc1|.*input.*|c_fc");
  private static final Pattern OUT_OF_EXPERT =
      Pattern.compile("(ffn_)?down.*|w2|wo|fc2|.*output.*|c_proj");
  private static final Pattern PLAIN = Pattern.compile("weight|kernel");

  private final Siblings siblings;

  StackRules(Siblings siblings) {
    this.siblings = siblings;
  }

  /** Whether a weight of three dimensions is a stack. */
  boolean isStack(TensorName name, List<Long> shape) {
    return shape.size() == RANK && (isKnown(name, shape) || isLikely(name, shape));
  }

  /** Its bias, its name or the router beside it say so. */
  private boolean isKnown(TensorName name, List<Long> shape) {
    Optional<List<Long>> bias = siblings.bias(name).filter(sizes -> sizes.size() == 2);
    if (bias.isPresent()) {
      return bias.get().get(0).equals(shape.get(0));
    }
    return !name.mentions(CONVOLUTION)
        && (name.mentions(EXPERTS)
            || siblings.router(name).filter(router -> router.contains(shape.get(0))).isPresent());
  }

  /** It is too large for a kernel, or not named like one, and its members are not many. */
  private boolean isLikely(TensorName name, List<Long> shape) {
    long smallest = Math.min(shape.get(1), shape.get(2));
    return !name.mentions(CONVOLUTION)
        && siblings.bias(name).isEmpty()
        && shape.get(0) <= smallest
        && (!PLAIN.matcher(name.parameter()).matches() || smallest >= LARGEST_KERNEL);
  }

  /** The stack that a weight is; empty if it is none. */
  Optional<LayerForm> stacked(TensorName name, EffectiveWeight weight) {
    List<Long> shape = weight.shape();
    if (isStack(name, shape)) {
      LayerAxes axes = axes(name, shape);
      return Optional.of(new LayerForm(weight, isKnown(name, shape) ? axes : axes.guessed()));
    }
    if (shape.size() != LayerAxes.MATRIX_RANK || !name.isOfAll(ALL_EXPERTS)) {
      return Optional.empty();
    }
    return siblings
        .router(name)
        .map(router -> router.get(0))
        .filter(experts -> experts > 1 && shape.get(0) % experts == 0 && shape.get(0) > experts)
        .map(
            experts -> {
              List<Long> members = List.of(experts, shape.get(0) / experts, shape.get(1));
              return new LayerForm(weight.reshaped(members), axes(name, members));
            });
  }

  private LayerAxes axes(TensorName name, List<Long> shape) {
    return LayerAxes.stack(hasInputsFirst(name, shape).orElse(name.parameter().equals("kernel")));
  }

  /** By the biases of all members, or by the width of what the router reads. */
  private Optional<Boolean> hasInputsFirst(TensorName name, List<Long> shape) {
    long rows = shape.get(1);
    long columns = shape.get(2);
    if (rows == columns) {
      return Optional.empty();
    }
    Optional<Boolean> byBias =
        siblings
            .bias(name)
            .filter(bias -> bias.size() == 2)
            .map(bias -> bias.get(1))
            .filter(outputs -> outputs == rows || outputs == columns)
            .map(outputs -> outputs == columns);
    return byBias.or(
        () ->
            siblings
                .router(name)
                .filter(router -> router.contains(shape.get(0)))
                .map(router -> router.get(router.get(0).equals(shape.get(0)) ? 1 : 0))
                .filter(width -> width == rows || width == columns)
                .flatMap(width -> byWidth(name, width == rows)));
  }

  /** The network's width is that of an expert's inputs, or of its outputs. */
  private static Optional<Boolean> byWidth(TensorName name, boolean isWidthFirst) {
    String role = PLAIN.matcher(name.parameter()).matches() ? name.moduleName() : name.parameter();
    if (INTO_EXPERT.matcher(role).matches()) {
      return Optional.of(isWidthFirst);
    }
    return OUT_OF_EXPERT.matcher(role).matches() ? Optional.of(!isWidthFirst) : Optional.empty();
  }
}
