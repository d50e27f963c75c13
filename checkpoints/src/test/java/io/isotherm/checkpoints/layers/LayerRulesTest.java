package io.isotherm.checkpoints.layers;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.checkpoints.weights.EffectiveWeight;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names and shapes of published checkpoints. */
class LayerRulesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # GPT-2 (HuggingFace)
          wte.weight                                | 50257 768    | EMBEDDING
          wpe.weight                                | 1024 768     | EMBEDDING
          h.0.ln_1.weight                           | 768          | NORM
          h.0.ln_1.bias                             | 768          | BIAS
          h.0.attn.bias                             | 1 1 1024 1024 | BIAS
          h.0.attn.masked_bias                      |              | BUFFER
          h.0.attn.c_attn.weight                    | 768 2304     | LAYER
          h.0.attn.c_attn.bias                      | 2304         | BIAS
          h.0.attn.c_proj.weight                    | 768 768      | LAYER
          h.0.mlp.c_fc.weight                       | 768 3072     | LAYER
          transformer.h.11.mlp.c_proj.weight        | 3072 768     | LAYER
          transformer.ln_f.weight                   | 768          | NORM
          lm_head.weight                            | 50257 768    | LAYER
          # Llama (HuggingFace, and as Meta publishes it), Mixtral
          model.embed_tokens.weight                 | 32000 4096   | EMBEDDING
          model.layers.0.self_attn.q_proj.weight    | 4096 4096    | LAYER
          model.layers.0.self_attn.q_norm.weight    | 128          | NORM
          model.layers.0.self_attn.rotary_emb.inv_freq | 64        | BUFFER
          model.layers.31.mlp.down_proj.weight      | 4096 11008   | LAYER
          model.layers.0.input_layernorm.weight     | 4096         | NORM
          model.layers.0.post_attention_layernorm.weight | 4096    | NORM
          model.norm.weight                         | 4096         | NORM
          tok_embeddings.weight                     | 32000 4096   | EMBEDDING
          layers.0.attention.wq.weight              | 4096 4096    | LAYER
          layers.0.attention_norm.weight            | 4096         | NORM
          output.weight                             | 32000 4096   | LAYER
          model.layers.0.block_sparse_moe.experts.7.w1.weight | 14336 4096 | LAYER
          model.layers.0.mlp.experts.gate_up_proj   | 32 2880 5760 | LAYER
          # Llama, quantised
          model.layers.0.self_attn.q_proj.qweight   | 512 4096     | LAYER
          # ResNet and VGG (torchvision)
          conv1.weight                              | 64 3 7 7     | LAYER
          bn1.weight                                | 64           | NORM
          bn1.bias                                  | 64           | BIAS
          bn1.running_mean                          | 64           | BUFFER
          bn1.running_var                           | 64           | BUFFER
          bn1.num_batches_tracked                   |              | BUFFER
          layer1.0.conv2.weight                     | 64 64 3 3    | LAYER
          layer2.0.downsample.0.weight              | 128 64 1 1   | LAYER
          layer2.0.downsample.1.weight              | 128          | NORM
          fc.weight                                 | 1000 512     | LAYER
          features.0.weight                         | 64 3 3 3     | LAYER
          classifier.6.weight                       | 1000 4096    | LAYER
          classifier.6.bias                         | 1000         | BIAS
          # ViT (torchvision, timm, HuggingFace), CLIP, Swin
          class_token                               | 1 1 768      | OTHER
          conv_proj.weight                          | 768 3 16 16  | LAYER
          encoder.pos_embedding                     | 1 197 768    | EMBEDDING
          encoder.layers.encoder_layer_0.ln_1.weight | 768         | NORM
          encoder.layers.encoder_layer_0.self_attention.in_proj_weight | 2304 768 | LAYER
          encoder.layers.encoder_layer_0.self_attention.in_proj_bias | 2304 | BIAS
          encoder.layers.encoder_layer_0.mlp.linear_1.weight | 3072 768 | LAYER
          encoder.ln.weight                         | 768          | NORM
          heads.head.weight                         | 1000 768     | LAYER
          cls_token                                 | 1 1 768      | OTHER
          pos_embed                                 | 1 197 768    | EMBEDDING
          patch_embed.proj.weight                   | 768 3 16 16  | LAYER
          blocks.0.attn.qkv.weight                  | 2304 768     | LAYER
          blocks.0.norm1.weight                     | 768          | NORM
          vit.embeddings.patch_embeddings.projection.weight | 768 3 16 16 | LAYER
          vit.embeddings.position_embeddings        | 1 197 768    | EMBEDDING
          vision_model.embeddings.patch_embedding.weight | 768 3 32 32 | LAYER
          text_model.embeddings.position_ids        | 1 77         | BUFFER
          positional_embedding                      | 77 512       | EMBEDDING
          text_projection                           | 512 512      | LAYER
          visual.proj                               | 768 512      | LAYER
          features.1.0.attn.relative_position_bias_table | 169 3   | EMBEDDING
          features.1.0.attn.relative_position_index | 2401         | BUFFER
          # BERT
          bert.embeddings.word_embeddings.weight    | 30522 768    | EMBEDDING
          bert.embeddings.token_type_embeddings.weight | 2 768     | EMBEDDING
          bert.embeddings.LayerNorm.weight          | 768          | NORM
          bert.embeddings.LayerNorm.gamma           | 768          | NORM
          bert.embeddings.LayerNorm.beta            | 768          | BIAS
          bert.encoder.layer.0.attention.self.query.weight | 768 768 | LAYER
          bert.encoder.layer.0.attention.output.LayerNorm.weight | 768 | NORM
          bert.pooler.dense.weight                  | 768 768      | LAYER
          cls.predictions.bias                      | 30522        | BIAS
          # T5
          shared.weight                             | 32128 512    | EMBEDDING
          encoder.embed_tokens.weight               | 32128 512    | EMBEDDING
          encoder.block.0.layer.0.SelfAttention.q.weight | 512 512 | LAYER
          encoder.block.0.layer.0.SelfAttention.v.weight | 512 512 | LAYER
          encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight | 32 8 | EMBEDDING
          encoder.block.0.layer.1.DenseReluDense.wi.weight | 2048 512 | LAYER
          decoder.final_layer_norm.weight           | 512          | NORM
          # GPT-NeoX, Whisper, wav2vec 2, Mamba, Flux
          gpt_neox.embed_in.weight                  | 50304 512    | EMBEDDING
          embed_out.weight                          | 50304 512    | LAYER
          model.encoder.conv1.weight                | 512 80 3     | LAYER
          model.encoder.embed_positions.weight      | 1500 512     | EMBEDDING
          wav2vec2.encoder.pos_conv_embed.conv.weight_v | 768 48 128 | LAYER
          wav2vec2.encoder.pos_conv_embed.conv.weight_g | 1 1 128  | NORM
          backbone.layers.0.mixer.conv1d.weight     | 1536 1 4     | LAYER
          backbone.layers.0.mixer.A_log             | 1536 16      | OTHER
          transformer_blocks.0.norm1.linear.weight  | 18432 3072   | LAYER
          # LoRA adapters (PEFT)
          base_model.model.layers.0.self_attn.q_proj.lora_A.weight | 8 4096 | LAYER
          base_model.model.layers.0.self_attn.q_proj.lora_B.default.weight | 4096 8 | LAYER
          # Scales and zero points of quantised weights and activations
          model.layers.0.mlp.down_proj.weight_scale_inv | 56 16    | SCALE
          model.layers.0.mlp.down_proj.input_scale  |              | SCALE
          model.layers.0.mlp.down_proj.weight_zero_point | 56 16   | SCALE
          model.layers.0.self_attn.q_proj.qzeros    | 32 512       | SCALE
          model.layers.0.self_attn.q_proj.scales    | 32 4096      | SCALE
          model.layers.0.mlp.experts.gate_up_proj_scales | 32 5760 90 | SCALE
          # Optimisers' states, as Accelerate, DeepSpeed and PyTorch name them
          exp_avg.model.layers.0.mlp.up_proj.weight | 11008 4096   | OPTIMISER
          model.layers.0.mlp.up_proj.weight.exp_avg_sq | 11008 4096 | OPTIMISER
          optimizer.state.0.momentum_buffer         | 64 64        | OPTIMISER
          # Others' own
          w                                         | 100 100      | LAYER
          stage1.block0.conv1.weight                | 16 16 3 3    | LAYER
          video.conv3d.weight                       | 8 3 3 3 3    | LAYER
          ''                                        | 10 10        | LAYER
          """)
  void tensorsOfPublishedCheckpointsAreToldApart(String name, String shape, TensorKind kind) {
    EffectiveWeight weight = NamedShapes.weight(name, shape == null ? "" : shape);

    assertThat(LayerReader.of(List.of(weight), Optional.empty(), Optional.empty()).kindOf(weight))
        .as(name)
        .isEqualTo(kind);
  }
}
