package io.isotherm.checkpoints;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How deep the parts of a network stand that are called by the field's usual words, among parts of
 * the same module: what reads the input, then encoders before decoders, queries before outputs and
 * so on, then heads. A word with a dot is one with its parent.
 */
final class PartDepths {

  /** Where a word stands, whatever stands beside it. */
  enum Zone {
    /** Before all parts that are not {@code FIRST}, known words or not. */
    FIRST,
    /** Known among known words alone. */
    MIDDLE,
    /** Behind all that are not {@code LAST}. */
    LAST
  }

  /**
   * The place of a word. Words of one row stand side by side: which of them is deeper, nobody says.
   *
   * @param zone that it is in
   * @param row from the input to the output
   */
  record Depth(Zone zone, int row) {}

  private enum Where {
    ANYWHERE,
    BESIDE_BLOCKS,
    IN_BLOCKS
  }

  private record Row(Zone zone, Where where, Pattern words) {}

  /** The word of blocks, and of parts that take turns. */
  static final String BLOCKS = "blocks";

  /** The word of a pointwise convolution that another one undoes. */
  static final String EXPANSION = "expansion";

  /** The word of what makes an outcome smaller behind the blocks of its stage. */
  static final String SHRINKING_AT_THE_END = "downsamplers";

  private static final List<Row> ROWS = new ArrayList<>();

  static {
    first(
        "conv_(in|stem|first|proj)|first_conv|stem(_\\w+)?|inc|\\w*patch_?embed\\w*|x_embedder|img_in"
            + "|pos_embed|embedder|feature_extractor|input_layer");
    first("feature_projection");
    first("\\w*embed\\w*|token_embd|wte|wpe|shared|(time|vector|txt|guidance)_in|adaln_single");

    // Networks of several parts.
    middle("vision_(tower|model|encoder|backbone)|visual|image_encoder|audio_tower");
    middle("multi_modal_projector|mm_projector|connector|prompt_encoder");
    middle("language_model|text_decoder|mask_decoder");
    middle("backbone|features|trunk");
    middle("input_proj(ection)?|proj(ect)?_in");
    middle("down_?blocks?|downs?\\d*|input_blocks");
    middle("(\\w*_)?encoder|enc");
    middle("quant_conv");
    middle("post_quant_conv");
    middle("mid(dle)?(_?blocks?)?|bottleneck");
    middle("up_?blocks?|ups?\\d*|output_blocks");
    middle("(\\w*_)?decoder|dec");

    // Convolutions. A third one beside the blocks may well stand behind them.
    middle("conv_?[01]?");
    add(Zone.MIDDLE, Where.BESIDE_BLOCKS, "conv_?2");
    middle("time_emb_proj");
    middle(EXPANSION + "|expand_1x1");
    middle("conv_dw|dwconv|depthwise(_conv)?|conv_3x3");
    add(
        Zone.MIDDLE,
        Where.IN_BLOCKS,
        "conv_?\\d+|se|se_module|squeeze_excite|pwconv\\d|pointwise(_conv)?");
    middle("conv_reduce");
    middle("conv_(expand|pw|pwl)|projection|reduce_1x1");
    middle("(conv_?)?shortcut|nin_shortcut|down_?sampl(e|ing_layer)|skip(_\\w+)?");

    // Blocks, and what stands in those of transformers.
    middle("((dense)?layers?|blocks?|stages?|h|blk|(transformer|double)_blocks)\\d*");
    middle("single_(transformer_)?blocks");
    middle("down_?samplers?|up_?samplers?|upsample|project_out|merger|neck");
    middle("ada_?ln\\w*|\\w*modulation|norm1?(_context)?");
    middle(
        "self|(self_?)?att(entio)?n_?1?|att|(token_?|time_?)?mix(er|ing)?|mamba|linear_attn"
            + "|layer_attention");
    middle("cross_?att(entio)?n|encoder_attn|encdecattention|attn_?2|multihead_attn");

    // Attention and state spaces.
    middle("w?q_a(_proj)?|attn_q_a");
    middle("w?q_b(_proj)?|attn_q_b");
    middle(
        "(w_?|to_|attn_|cross_attn_)?q(_proj|_lin)?|query(_proj|_layer)?|receptance"
            + "|(w_?|to_|attn_|c_)?qkv(_proj)?|c_attn|query_key_value"
            + "|in_proj(_weight|_qkvz)?|ssm_in");
    middle("w?kv_a(_proj_with_mqa)?|attn_kv_a_mqa");
    middle("w?kv_b(_proj)?|attn_kv_b");
    middle("(w_?|to_|attn_|cross_attn_)?kv?(_proj|_lin)?|key(_proj|_layer)?");
    middle("(w_?|to_|attn_|cross_attn_)?v(_proj|_lin)?|value(_proj|_layer)?");
    middle("query_global|add_q_proj");
    middle("key_global|add_k_proj");
    middle("value_global|add_v_proj");
    middle("conv1d|ssm_conv1d");
    middle("x_proj|ssm_x");
    middle("dt_proj|ssm_dt");
    middle("attn_out(put)?|(cross_attn_|w_)o");

    // Perceptrons and experts.
    middle("mlp_tokens");
    middle(
        "mlp|mlp_channels|ffn?|feed_?forward|densereludense|intermediate|block_sparse_moe|moe"
            + "|channel_mix(er|ing)?");
    middle("ff_context");
    middle("gate|router|ffn_gate_inp");
    middle("experts");
    middle("ffn_gate_exps");
    middle("ffn_up_exps");
    middle("ffn_down_exps");
    middle("shared_experts?");
    middle("shared_expert_gate");
    middle(
        "gate_proj|gate_up_proj|w1|w12|wi(_0)?|ffn_gate|fc1?|fc_in|c_fc|lin1|linear_?1|w_in|proj_mlp"
            + "|intermediate_dense|dense_h_to_4h");
    middle("up_proj|w3|wi_1|ffn_up|mlp\\.dwconv");
    middle(
        "down_proj|w2|wo|o|o_proj|c_proj|proj|dense|fc2|fc_out|lin2|out_lin|out_proj|to_out"
            + "|out(put)?|ffn_(output|down)|linear_?2|w_out|ssm_out|output_dense|dense_4h_to_h");
    middle("to_add_out");

    last(
        "pooler|pre_logits|pre_classifier|sequence_summary|norm_out|final_conv|conv_head|projector"
            + "|vocab_transform|predictions\\.transform|(lm_head|classifier|predictions)\\.dense");
    // In a block these are layers like others.
    add(Zone.LAST, Where.BESIDE_BLOCKS, "(fc|linear|dense)\\d*");
    add(Zone.LAST, Where.BESIDE_BLOCKS, "out(put)?");
    last(
        "(\\w*_)?heads?(_\\w+)?|\\w*classifier|\\w*_predictor|score|embed_out|unembed|proj_out"
            + "|conv_out|outc|cls|qa_outputs|logits|to_logits|output_projection|final_layer"
            + "|vocab_projector|\\w*predictions|(lm_head|predictions)\\.decoder"
            + "|classifier\\.out_proj|last_linear");
  }

  /** As they are tried: what reads like an embedding may be a head. */
  private static final List<Integer> TRIED = tried();

  private PartDepths() {}

  /**
   * The depth of a part, in small letters; empty if its word is not known.
   *
   * @param parent the part before it, empty at the root
   * @param isBesideBlocks whether it is a part of the network itself and of no block
   */
  static Optional<Depth> of(String parent, String part, boolean isBesideBlocks) {
    Where where = isBesideBlocks ? Where.BESIDE_BLOCKS : Where.IN_BLOCKS;
    return of(parent + "." + part, where).or(() -> of(part, where));
  }

  private static Optional<Depth> of(String word, Where where) {
    for (int row : TRIED) {
      Row tried = ROWS.get(row);
      if ((tried.where() == Where.ANYWHERE || tried.where() == where)
          && tried.words().matcher(word).matches()) {
        return Optional.of(new Depth(tried.zone(), row));
      }
    }
    return Optional.empty();
  }

  private static List<Integer> tried() {
    List<Integer> tried = new ArrayList<>();
    for (Zone zone : List.of(Zone.LAST, Zone.FIRST, Zone.MIDDLE)) {
      for (int row = 0; row < ROWS.size(); row++) {
        if (ROWS.get(row).zone() == zone) {
          tried.add(row);
        }
      }
    }
    return Collections.unmodifiableList(tried);
  }

  private static void first(String words) {
    add(Zone.FIRST, Where.ANYWHERE, words);
  }

  private static void middle(String words) {
    add(Zone.MIDDLE, Where.ANYWHERE, words);
  }

  private static void last(String words) {
    add(Zone.LAST, Where.ANYWHERE, words);
  }

  private static void add(Zone zone, Where where, String words) {
    ROWS.add(new Row(zone, where, Pattern.compile(words)));
  }
}
