package io.isotherm.checkpoints;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Tells layers from the rest of a checkpoint by the names that PyTorch, torchvision, HuggingFace
 * and PEFT give to tensors: the last part of a name is the parameter, the part before it the module
 * that owns it.
 */
final class LayerRules {

  private static final int MATRIX_RANK = 2;
  private static final int CONVOLUTION_1D_RANK = 3;
  private static final int CONVOLUTION_2D_RANK = 4;

  /** Last parts that say nothing of their own: the module's name counts. */
  private static final Pattern PLAIN_WEIGHT =
      Pattern.compile("q?weight|weight_v|original1|kernel|default");

  /** Parameters that stand in their module by themselves, such as {@code in_proj_weight}. */
  private static final Pattern BARE_WEIGHT =
      Pattern.compile(".*(weight|proj|kernel|lora_|matrix).*|w\\w?\\d?");

  private static final Pattern BIAS = Pattern.compile(".*bias|beta");
  private static final Pattern BUFFER =
      Pattern.compile(
          "running_(mean|var)|num_batches_tracked|inv_freq|(cos|sin)_cached|.*_index|(.*_)?mask"
              + "|masked_bias|position_ids|token_type_ids");
  private static final Pattern NORM =
      Pattern.compile(
          "(.*_)?(layer|batch|group|instance|rms|ada)?_?norm(_?\\w+)?|(.*_)?ln(_?\\w|_\\w+)?"
              + "|(.*_)?bn\\d*");
  private static final Pattern NORM_SCALE = Pattern.compile("weight|gamma|scale");
  private static final Pattern WEIGHT_NORM_SCALE = Pattern.compile("weight_g|original0");
  private static final Pattern EMBEDDING =
      Pattern.compile(
          ".*embed(?!_out).*|wte|wpe|shared|relative_attention_bias|pos(ition)?(al)?(_.*)?"
              + "|relative_position_.*");

  private static final Pattern SCALE =
      Pattern.compile(
          "(.*_)?(scale_inv|scales?_?\\d?|scale_weight|zero_points?|q?zeros|zp|g_idx|global_scale"
              + "|absmax|(nested_)?quant_map|scb|weight_format|weight_shape)|bitsandbytes__.*");
  private static final Pattern OPTIMISER =
      Pattern.compile(
          "(.*\\.)?(exp_avg(_sq)?|max_exp_avg_sq|momentum_buffer|square_avg|exp_inf|grad_avg"
              + "|fp32_from_fp16_groups)(\\..*)?|(optimi[sz]ers?|optimi[sz]er_states?)\\..*");

  private LayerRules() {}

  /** The kind of a tensor. */
  static TensorKind kindOf(String name, List<Long> shape) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (OPTIMISER.matcher(lower).matches()) {
      return TensorKind.OPTIMISER;
    }
    String[] parts = lower.split("\\.", -1);
    String parameter = parts[parts.length - 1];
    String module = module(parts);
    if (BUFFER.matcher(parameter).matches()) {
      return TensorKind.BUFFER;
    }
    if (EMBEDDING.matcher(module).matches() && shape.size() < CONVOLUTION_2D_RANK) {
      return TensorKind.EMBEDDING;
    }
    if (BIAS.matcher(parameter).matches()) {
      return TensorKind.BIAS;
    }
    boolean vector = shape.size() < MATRIX_RANK;
    if (NORM.matcher(module).matches()
        || WEIGHT_NORM_SCALE.matcher(parameter).matches()
        || (vector && NORM_SCALE.matcher(parameter).matches())) {
      return TensorKind.NORM;
    }
    if (SCALE.matcher(parameter).matches()) {
      return TensorKind.SCALE;
    }
    return isLayer(parts, shape.size()) ? TensorKind.LAYER : TensorKind.OTHER;
  }

  /** In three dimensions there are also experts, tokens and positions. */
  private static boolean isLayer(String[] parts, int rank) {
    String parameter = parts[parts.length - 1];
    boolean weight =
        parts.length == 1
            || PLAIN_WEIGHT.matcher(parameter).matches()
            || BARE_WEIGHT.matcher(parameter).matches();
    return switch (rank) {
      case MATRIX_RANK, CONVOLUTION_2D_RANK -> weight;
      case CONVOLUTION_1D_RANK ->
          weight && Arrays.stream(parts).anyMatch(part -> part.contains("conv"));
      default -> false;
    };
  }

  /** The part that names what the parameter belongs to; the parameter itself if it stands alone. */
  private static String module(String[] parts) {
    int last = parts.length - 1;
    while (last > 0 && PLAIN_WEIGHT.matcher(parts[last]).matches()) {
      last--;
    }
    return parts[last];
  }
}
