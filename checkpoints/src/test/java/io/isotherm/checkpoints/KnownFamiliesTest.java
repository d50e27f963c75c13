package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers of published networks in the order of their depth, as their libraries call them. */
class KnownFamiliesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Llama, Mixtral, DeepSeek-V3, Phi-3 (transformers), and Llama as Meta publishes it
        """
        model.embed_tokens
        model.layers.2.self_attn.q_proj model.layers.2.self_attn.k_proj
        model.layers.2.self_attn.v_proj model.layers.2.self_attn.o_proj
        model.layers.2.mlp.gate_proj model.layers.2.mlp.up_proj model.layers.2.mlp.down_proj
        model.layers.10.self_attn.q_proj model.layers.10.mlp.down_proj lm_head
        """,
        """
        model.layers.0.self_attn.q_proj model.layers.0.self_attn.o_proj
        model.layers.0.block_sparse_moe.gate model.layers.0.block_sparse_moe.experts.0.w1
        model.layers.0.block_sparse_moe.experts.0.w3 model.layers.0.block_sparse_moe.experts.0.w2
        model.layers.0.block_sparse_moe.experts.1.w1 lm_head
        """,
        """
        model.layers.3.self_attn.q_a_proj model.layers.3.self_attn.q_b_proj
        model.layers.3.self_attn.kv_a_proj_with_mqa model.layers.3.self_attn.kv_b_proj
        model.layers.3.self_attn.o_proj model.layers.3.mlp.gate
        model.layers.3.mlp.experts.9.gate_proj model.layers.3.mlp.experts.9.down_proj
        model.layers.3.mlp.experts.10.up_proj model.layers.3.mlp.shared_experts.gate_proj lm_head
        """,
        """
        model.layers.0.self_attn.qkv_proj model.layers.0.self_attn.o_proj
        model.layers.0.mlp.gate_up_proj model.layers.0.mlp.down_proj lm_head
        """,
        """
        tok_embeddings layers.0.attention.wq layers.0.attention.wk layers.0.attention.wv
        layers.0.attention.wo layers.0.feed_forward.w1 layers.0.feed_forward.w3
        layers.0.feed_forward.w2 layers.1.attention.wq output
        """,
        // GPT-2, GPT-NeoX, GPT-J, OPT, Falcon, Mamba, RWKV
        """
        transformer.wte transformer.h.0.attn.c_attn transformer.h.0.attn.c_proj
        transformer.h.0.mlp.c_fc transformer.h.0.mlp.c_proj transformer.h.1.attn.c_attn lm_head
        """,
        """
        gpt_neox.embed_in gpt_neox.layers.0.attention.query_key_value
        gpt_neox.layers.0.attention.dense gpt_neox.layers.0.mlp.dense_h_to_4h
        gpt_neox.layers.0.mlp.dense_4h_to_h embed_out
        """,
        """
        transformer.h.0.attn.q_proj transformer.h.0.attn.k_proj transformer.h.0.attn.v_proj
        transformer.h.0.attn.out_proj transformer.h.0.mlp.fc_in transformer.h.0.mlp.fc_out lm_head
        """,
        """
        model.decoder.embed_tokens model.decoder.project_in
        model.decoder.layers.0.self_attn.q_proj model.decoder.layers.0.self_attn.out_proj
        model.decoder.layers.0.fc1 model.decoder.layers.0.fc2 model.decoder.project_out lm_head
        """,
        """
        transformer.word_embeddings transformer.h.0.self_attention.query_key_value
        transformer.h.0.self_attention.dense transformer.h.0.mlp.dense_h_to_4h lm_head
        """,
        """
        backbone.layers.0.mixer.in_proj backbone.layers.0.mixer.conv1d
        backbone.layers.0.mixer.x_proj backbone.layers.0.mixer.dt_proj
        backbone.layers.0.mixer.out_proj backbone.layers.1.mixer.in_proj lm_head
        """,
        """
        rwkv.blocks.0.attention.receptance rwkv.blocks.0.attention.key rwkv.blocks.0.attention.value
        rwkv.blocks.0.attention.output rwkv.blocks.0.feed_forward.key head
        """,
        // llama.cpp
        """
        token_embd blk.0.attn_q blk.0.attn_k blk.0.attn_v blk.0.attn_output blk.0.ffn_gate
        blk.0.ffn_up blk.0.ffn_down blk.2.attn_qkv blk.10.ffn_gate_inp blk.10.ffn_gate_exps
        blk.10.ffn_up_exps blk.10.ffn_down_exps output
        """,
        // BERT, RoBERTa, DistilBERT, DeBERTa
        """
        bert.embeddings.word_embeddings bert.encoder.layer.0.attention.self.query
        bert.encoder.layer.0.attention.self.key bert.encoder.layer.0.attention.self.value
        bert.encoder.layer.0.attention.output.dense bert.encoder.layer.0.intermediate.dense
        bert.encoder.layer.0.output.dense bert.encoder.layer.10.attention.self.query
        bert.pooler.dense classifier
        """,
        """
        bert.encoder.layer.0.output.dense cls.predictions.transform.dense cls.predictions.decoder
        """,
        """
        roberta.encoder.layer.0.intermediate.dense roberta.encoder.layer.0.output.dense
        lm_head.dense lm_head.decoder
        """,
        """
        distilbert.transformer.layer.0.attention.q_lin distilbert.transformer.layer.0.attention.out_lin
        distilbert.transformer.layer.0.ffn.lin1 distilbert.transformer.layer.0.ffn.lin2
        pre_classifier classifier
        """,
        """
        deberta.encoder.layer.0.attention.self.query_proj
        deberta.encoder.layer.0.attention.self.value_proj
        deberta.encoder.layer.0.attention.output.dense deberta.encoder.layer.0.output.dense
        pooler.dense classifier
        """,
        // T5, BART
        """
        shared encoder.block.0.layer.0.SelfAttention.q encoder.block.0.layer.0.SelfAttention.k
        encoder.block.0.layer.0.SelfAttention.v encoder.block.0.layer.0.SelfAttention.o
        encoder.block.0.layer.1.DenseReluDense.wi_0 encoder.block.0.layer.1.DenseReluDense.wi_1
        encoder.block.0.layer.1.DenseReluDense.wo decoder.block.0.layer.0.SelfAttention.q
        decoder.block.0.layer.1.EncDecAttention.q decoder.block.0.layer.2.DenseReluDense.wi lm_head
        """,
        """
        model.encoder.layers.0.self_attn.q_proj model.encoder.layers.0.fc2
        model.decoder.layers.0.self_attn.q_proj model.decoder.layers.0.encoder_attn.q_proj
        model.decoder.layers.0.fc1 lm_head
        """,
        // Whisper (transformers, OpenAI), wav2vec 2.0
        """
        model.encoder.conv1 model.encoder.conv2 model.encoder.layers.0.self_attn.q_proj
        model.encoder.layers.0.self_attn.k_proj model.encoder.layers.0.self_attn.v_proj
        model.encoder.layers.0.self_attn.out_proj model.encoder.layers.0.fc1
        model.encoder.layers.0.fc2 model.decoder.layers.0.self_attn.q_proj
        model.decoder.layers.0.encoder_attn.q_proj model.decoder.layers.0.fc1
        model.decoder.layers.0.fc2 proj_out
        """,
        """
        encoder.conv1 encoder.conv2 encoder.blocks.0.attn.query encoder.blocks.0.attn.out
        encoder.blocks.0.mlp.0 encoder.blocks.0.mlp.2 decoder.blocks.0.attn.query
        decoder.blocks.0.cross_attn.query decoder.blocks.0.mlp.0
        """,
        """
        wav2vec2.feature_extractor.conv_layers.0.conv wav2vec2.feature_extractor.conv_layers.1.conv
        wav2vec2.feature_projection.projection wav2vec2.encoder.pos_conv_embed.conv
        wav2vec2.encoder.layers.0.attention.q_proj wav2vec2.encoder.layers.0.attention.out_proj
        wav2vec2.encoder.layers.0.feed_forward.intermediate_dense
        wav2vec2.encoder.layers.0.feed_forward.output_dense lm_head
        """,
        // Stable Diffusion's UNet and VAE (diffusers), its first UNet and VAE, FLUX
        """
        conv_in time_embedding.linear_1 time_embedding.linear_2 down_blocks.0.resnets.0.conv1
        down_blocks.0.resnets.0.time_emb_proj down_blocks.0.resnets.0.conv2
        down_blocks.0.attentions.0.proj_in
        down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q
        down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0
        down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k
        down_blocks.0.attentions.0.transformer_blocks.0.ff.net.0.proj
        down_blocks.0.attentions.0.transformer_blocks.0.ff.net.2
        down_blocks.0.attentions.0.proj_out down_blocks.0.resnets.1.conv1
        down_blocks.0.resnets.1.conv_shortcut down_blocks.0.attentions.1.proj_in
        down_blocks.0.downsamplers.0.conv down_blocks.1.resnets.0.conv1 mid_block.resnets.0.conv1
        mid_block.attentions.0.proj_in mid_block.resnets.1.conv1 up_blocks.0.resnets.0.conv1
        up_blocks.0.upsamplers.0.conv conv_out
        """,
        """
        encoder.conv_in encoder.down_blocks.0.resnets.0.conv1 encoder.mid_block.resnets.0.conv1
        encoder.conv_out quant_conv post_quant_conv decoder.conv_in decoder.mid_block.resnets.0.conv1
        decoder.up_blocks.0.resnets.0.conv1 decoder.conv_out
        """,
        """
        time_embed.0 input_blocks.0.0 input_blocks.10.0.in_layers.2 middle_block.0.in_layers.2
        output_blocks.0.0.in_layers.2 out.2
        """,
        """
        decoder.conv_in decoder.mid.block_1.conv1 decoder.up.3.block.0.conv1
        decoder.up.0.block.0.conv1 decoder.up.0.block.0.conv2 decoder.conv_out
        """,
        """
        img_in double_blocks.0.img_attn.qkv double_blocks.0.img_attn.proj single_blocks.0.linear1
        single_blocks.0.linear2 final_layer.linear
        """,
        // ResNet (torchvision, transformers), Wide ResNet, VGG, DenseNet
        """
        conv1 layer1.0.conv1 layer1.0.conv2 layer2.0.conv1 layer2.0.conv2 layer2.0.downsample.0
        layer2.1.conv1 layer4.1.conv2 fc
        """,
        """
        resnet.embedder.embedder.convolution resnet.encoder.stages.0.layers.0.shortcut.convolution
        resnet.encoder.stages.0.layers.0.layer.0.convolution
        resnet.encoder.stages.0.layers.0.layer.1.convolution
        resnet.encoder.stages.1.layers.0.shortcut.convolution classifier.1
        """,
        """
        conv1 block1.layer.0.conv1 block1.layer.0.conv2 block1.layer.0.convShortcut
        block1.layer.1.conv1 block2.layer.0.conv1 fc
        """,
        "features.0 features.3 features.10 classifier.0 classifier.3 classifier.6",
        """
        features.conv0 features.denseblock1.denselayer1.conv1 features.denseblock1.denselayer1.conv2
        features.denseblock1.denselayer10.conv1 features.transition1.conv
        features.denseblock2.denselayer1.conv1 classifier
        """,
        // ViT (torchvision, timm, transformers), ConvNeXt (its authors', timm), Swin, EfficientNet
        """
        conv_proj encoder.layers.encoder_layer_0.self_attention.in_proj_weight
        encoder.layers.encoder_layer_0.self_attention.out_proj encoder.layers.encoder_layer_0.mlp.0
        encoder.layers.encoder_layer_0.mlp.3
        encoder.layers.encoder_layer_10.self_attention.in_proj_weight heads.head
        """,
        """
        patch_embed.proj blocks.0.attn.qkv blocks.0.attn.proj blocks.0.mlp.fc1 blocks.0.mlp.fc2
        blocks.10.attn.qkv head
        """,
        """
        vit.embeddings.patch_embeddings.projection vit.encoder.layer.0.attention.attention.query
        vit.encoder.layer.0.attention.output.dense vit.encoder.layer.0.intermediate.dense
        vit.encoder.layer.0.output.dense classifier
        """,
        """
        downsample_layers.0.0 stages.0.0.dwconv stages.0.0.pwconv1 stages.0.0.pwconv2
        downsample_layers.1.1 stages.1.0.dwconv head
        """,
        """
        stem.0 stages.0.blocks.0.conv_dw stages.0.blocks.0.mlp.fc1 stages.0.blocks.0.mlp.fc2
        stages.1.downsample.1 stages.1.blocks.0.conv_dw head.fc
        """,
        """
        patch_embed.proj layers.0.blocks.0.attn.qkv layers.0.blocks.1.mlp.fc2
        layers.0.downsample.reduction layers.1.blocks.0.attn.qkv head
        """,
        """
        conv_stem blocks.0.0.conv_dw blocks.0.0.se.conv_reduce blocks.0.0.se.conv_expand
        blocks.0.0.conv_pw blocks.1.0.conv_pw blocks.1.0.conv_dw blocks.1.0.se.conv_reduce
        blocks.1.0.conv_pwl conv_head classifier
        """,
        // LLaVA
        """
        vision_tower.vision_model.embeddings.patch_embedding
        vision_tower.vision_model.encoder.layers.0.self_attn.q_proj multi_modal_projector.linear_1
        multi_modal_projector.linear_2 language_model.model.layers.0.self_attn.q_proj
        language_model.lm_head
        """
      })
  void areOrderedByDepthWhateverTheAlphabetSays(String expected) {
    List<String> layers = Arrays.asList(expected.strip().split("\\s+"));
    DepthByName byName = new DepthByName(layers);

    List<String> ordered = layers.stream().sorted().sorted(byName).toList();

    assertThat(ordered).isEqualTo(layers);
    assertThat(new Neighbours(ordered, byName))
        .satisfies(places -> assertThat(places.firstDoubt()).isEmpty())
        .satisfies(places -> assertThat(places.lastDoubt()).isEmpty())
        .satisfies(places -> assertThat(places.guesses()).isZero());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # Two towers side by side (CLIP), two heads (DETR), and what no rule knows
          text_model.encoder.layers.0.fc1 vision_model.encoder.layers.0.fc1 | true | true
          model.decoder.layers.0.fc1 class_labels_classifier bbox_predictor.layers.0 | false | true
          alice.weight bob.weight fc | true | false
          conv1 alice bob | true | true
          lora_unet_down_attn lora_te_text | true | true
          branch1x1 branch3x3 head | true | false
          conv2_reduce stage2 conv5 | true | true
          """)
  void saysWhichEndNobodyKnows(String names, boolean isFirstUnknown, boolean isLastUnknown) {
    List<String> layers = Arrays.asList(names.split(" "));
    DepthByName byName = new DepthByName(layers);

    Neighbours places = new Neighbours(layers.stream().sorted(byName).toList(), byName);

    assertThat(places.firstDoubt().isPresent()).isEqualTo(isFirstUnknown);
    assertThat(places.lastDoubt().isPresent()).isEqualTo(isLastUnknown);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 64})
  void anyNamesHaveOneOrder(int seed) {
    // Given parts known and not, with numbers and without, in all mixtures
    List<String> parts =
        List.of(
            "up", "1", "10", "1a", "a", "resnets", "attentions", "layer1", "transition1", "head");
    Random random = new Random(seed);
    List<String> names =
        Stream.generate(
                () ->
                    String.join(
                        ".",
                        random
                            .ints(1 + random.nextInt(4), 0, parts.size())
                            .mapToObj(parts::get)
                            .toList()))
            .limit(300)
            .toList();
    DepthByName byName = new DepthByName(names);

    List<String> ordered = names.stream().sorted(byName).toList();

    for (int i = 0; i < ordered.size(); i++) {
      for (int j = i; j < ordered.size(); j++) {
        assertThat(byName.compare(ordered.get(i), ordered.get(j))).isLessThanOrEqualTo(0);
        assertThat(byName.compare(ordered.get(j), ordered.get(i))).isGreaterThanOrEqualTo(0);
      }
    }
  }
}
