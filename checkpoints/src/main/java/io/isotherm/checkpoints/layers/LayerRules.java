package io.isotherm.checkpoints.layers;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells layers from the rest of a checkpoint, by names, shapes and siblings: the last part of a
 * name is the parameter, the part before it the module that owns it.
 */
final class LayerRules {

  /** Last parts that say nothing of their own: the module's name counts. */
  private static final Pattern PLAIN_WEIGHT =
      Pattern.compile("w|q?weight|weight_v|original1|kernel|default|\\d+");

  /** Parameters that are weights whatever module they are in, such as {@code in_proj_weight}. */
  private static final Pattern BARE_WEIGHT =
      Pattern.compile(".*(weight|proj|kernel|lora_|matrix).*|w\\w?\\d?|w_\\w+|.*_w\\d");

  private static final Pattern BIAS = Pattern.compile(".*bias(_.*)?|beta|b|b_(?!proj).*|b\\d");
  private static final Pattern BUFFER =
      Pattern.compile(
          "(running|moving)_(mean|var|variance)|num_batches_tracked|(.*_)?inv_freq|freqs(_.*)?"
              + "|(cos|sin)_cached|.*_index|(.*_)?mask|masked_bias|position_ids|token_type_ids"
              + "|(mel_)?filters|(.*_)?window");
  private static final Pattern NORM =
      Pattern.compile(
          "(.*_)?(layer|batch|group|instance|rms|ada)?_?norm(_?\\w+)?|(.*_)?ln(_?\\w|_\\w+)?"
              + "|(.*_)?bn\\d*|grn");
  private static final Pattern NORM_SCALE = Pattern.compile("weight|gamma|scale");
  private static final Pattern WEIGHT_NORM_SCALE = Pattern.compile("weight_g|original0");

  /** Tables of tokens, classes or positions. */
  private static final Pattern TABLE =
      Pattern.compile(
          "(?!unembed).*embed(?!_out).*|(.*_)?embd?|token_types|w[tp]e|w_(e|pos)|shared|.*_table"
              + "|relative_attention_bias|rel_pos.*|relative_position_.*|pos(ition)?(al)?(_.*)?");

  /** Endings of modules that compute, whatever table's name they begin with. */
  private static final Pattern COMPUTES =
      Pattern.compile(".*(proj|projection|projector|linear|dense|conv|mlp|fc|norm)_?\\d*");

  /** A table's name for a module that computes more often than it looks up. */
  private static final Pattern EMBEDDER = Pattern.compile("(?!pos).*embedder");

  /** A table has that many times as many rows as columns. */
  private static final int VOCABULARY_ASPECT = 4;

  private static final Pattern SCALE =
      Pattern.compile(
          "(.*_)?(scale_inv|scales?_?\\d?|scale_weight|zero_points?|q?zeros|zp|g_idx|global_scale"
              + "|absmax|(nested_)?quant_map|scb|weight_format|weight_shape)|bitsandbytes__.*");
  private static final Pattern OPTIMISER =
      Pattern.compile(
          "(.*\\.)?(exp_avg(_sq)?|max_exp_avg_sq|momentum_buffer|square_avg|exp_inf|grad_avg"
              + "|fp32_from_fp16_groups)(\\..*)?|(optimi[sz]ers?|optimi[sz]er_states?)\\..*");

  /** What Flax keeps beside the parameters. */
  private static final String STATISTICS = "batch_stats";

  /** Parameters of two dimensions that no vector is multiplied with. */
  private static final Pattern NO_MATRIX =
      Pattern.compile(
          "(.*_)?log|ssm_[ad]|time_(?!.*w\\d).*|r_k|.*token.*|(.*_)?(quer(y|ies)|latents?|prototypes?"
              + "|codebooks?|centroids?|anchors?|slots?|prompts?|mean|var|std|lambda|alpha|gamma"
              + "|cls|priors?|mu|modulation)(_.*)?");

  private final Siblings siblings;

  LayerRules(Siblings siblings) {
    this.siblings = siblings;
  }

  /** The kind of a weight. */
  TensorKind kindOf(EffectiveWeight weight) {
    return kindOf(TensorName.of(weight.entry().name()), weight.shape());
  }

  private TensorKind kindOf(TensorName name, List<Long> shape) {
    String parameter = name.parameter();
    if (OPTIMISER.matcher(name.text()).matches()) {
      return TensorKind.OPTIMISER;
    }
    if (BUFFER.matcher(parameter).matches() || name.parts().contains(STATISTICS)) {
      return TensorKind.BUFFER;
    }
    if (isTable(name, shape)) {
      return TensorKind.EMBEDDING;
    }
    if (BIAS.matcher(parameter).matches()) {
      return TensorKind.BIAS;
    }
    if (isNorm(name, shape)) {
      return TensorKind.NORM;
    }
    if (SCALE.matcher(parameter).matches()) {
      return TensorKind.SCALE;
    }
    return isLayer(name, shape) ? TensorKind.LAYER : TensorKind.OTHER;
  }

  /** A table has no bias, and is no kernel. */
  private boolean isTable(TensorName name, List<Long> shape) {
    String module = module(name);
    if (!TABLE.matcher(module).matches()
        || COMPUTES.matcher(module).matches()
        || name.parameter().equals("kernel")) {
      return false;
    }
    boolean isPlain = PLAIN_WEIGHT.matcher(name.parameter()).matches();
    boolean isKernel = isPlain && shape.size() > LayerAxes.MATRIX_RANK + 1;
    boolean hasBias =
        isPlain && shape.size() >= LayerAxes.MATRIX_RANK && siblings.bias(name).isPresent();
    boolean isWide =
        shape.size() == LayerAxes.MATRIX_RANK && shape.get(0) < VOCABULARY_ASPECT * shape.get(1);
    return !isKernel && !hasBias && !(EMBEDDER.matcher(module).matches() && isWide);
  }

  /** A norm's scale and bias are of one shape. */
  private boolean isNorm(TensorName name, List<Long> shape) {
    String parameter = name.parameter();
    if (isVector(shape)) {
      return NORM.matcher(module(name)).matches()
          || WEIGHT_NORM_SCALE.matcher(parameter).matches()
          || NORM_SCALE.matcher(parameter).matches();
    }
    Optional<List<Long>> bias = siblings.bias(name);
    return WEIGHT_NORM_SCALE.matcher(parameter).matches()
        || (NORM.matcher(module(name)).matches() && (bias.isEmpty() || bias.get().equals(shape)));
  }

  private static boolean isVector(List<Long> shape) {
    return shape.size() < LayerAxes.MATRIX_RANK
        || (shape.size() > LayerAxes.MATRIX_RANK
            && shape.stream().filter(size -> size != 1).count() <= 1);
  }

  private boolean isLayer(TensorName name, List<Long> shape) {
    String parameter = name.parameter();
    if (isVector(shape) || shape.size() > LayerAxes.LARGEST_RANK) {
      return false;
    }
    if (PLAIN_WEIGHT.matcher(parameter).matches()) {
      return true;
    }
    if (NO_MATRIX.matcher(parameter).matches()) {
      return false;
    }
    boolean isNamedSo = name.parts().size() == 1 || BARE_WEIGHT.matcher(parameter).matches();
    return shape.size() == LayerAxes.MATRIX_RANK
        ? isNamedSo || Collections.min(shape) > 1
        : isNamedSo && shape.get(0) > 1;
  }

  /** The part that names what the parameter belongs to; the parameter itself if it stands alone. */
  private static String module(TensorName name) {
    int last = name.parts().size() - 1;
    while (last > 0 && PLAIN_WEIGHT.matcher(name.parts().get(last)).matches()) {
      last--;
    }
    return name.parts().get(last);
  }
}
