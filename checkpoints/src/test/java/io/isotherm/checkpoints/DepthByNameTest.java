package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names as a file has them that is sorted by the alphabet. */
class DepthByNameTest {

  @ParameterizedTest
  @CsvSource({
    "h.0 h.1 h.10 h.2,            h.0 h.1 h.2 h.10",
    "a.10.w a.9.w b.1.w,          a.9.w a.10.w b.1.w",
    "h h.1,                       h h.1",
    "h.007 h.10 h.9,              h.007 h.9 h.10",
    "v99999999999999999999.a v100000000000000000000.b, v99999999999999999999.a v100000000000000000000.b",
  })
  void numbersAreNumbers(String names, String expected) {
    assertThat(ordered(names)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # ResNet-18 (torchvision), as it is and in a wrapper; wide ResNet of the papers
          conv1 fc layer1.0.conv1 layer4.1.conv2 | conv1 layer1.0.conv1 layer4.1.conv2 fc
          module.conv1 module.fc module.layer1.0.conv1 | module.conv1 module.layer1.0.conv1 module.fc
          conv1 layer1.0.conv1 linear unit.conv | conv1 layer1.0.conv1 unit.conv linear
          # VGG and DenseNet, whose classifiers have one and three layers
          classifier.0 classifier.6 features.0 features.10 features.3 | features.0 features.3 features.10 classifier.0 classifier.6
          classifier features.conv0 features.denseblock1.x | features.conv0 features.denseblock1.x classifier
          # ViT (torchvision, timm, HuggingFace)
          conv_proj encoder.layers.encoder_layer_0.mlp heads.head | conv_proj encoder.layers.encoder_layer_0.mlp heads.head
          blocks.0.attn.qkv head patch_embed.proj | patch_embed.proj blocks.0.attn.qkv head
          classifier vit.embeddings.patch_embeddings.projection vit.encoder.layer.0.x | vit.embeddings.patch_embeddings.projection vit.encoder.layer.0.x classifier
          # Llama (HuggingFace, and as Meta publishes it), as a classifier, GPT-2, GPT-NeoX
          lm_head model.embed_tokens model.layers.0.x model.layers.10.x model.layers.2.x | model.embed_tokens model.layers.0.x model.layers.2.x model.layers.10.x lm_head
          layers.0.attention.wq output tok_embeddings | tok_embeddings layers.0.attention.wq output
          model.layers.0.x score | model.layers.0.x score
          lm_head transformer.h.0.attn.c_attn transformer.wte | transformer.wte transformer.h.0.attn.c_attn lm_head
          embed_out gpt_neox.embed_in gpt_neox.layers.0.x | gpt_neox.embed_in gpt_neox.layers.0.x embed_out
          # BERT, and blocks whose layers are called like classifiers
          bert.encoder.layer.0.attention.output.dense bert.encoder.layer.0.output.dense bert.pooler.dense classifier | bert.encoder.layer.0.attention.output.dense bert.encoder.layer.0.output.dense bert.pooler.dense classifier
          block1.fc block1.out block2.fc stem | stem block1.fc block1.out block2.fc
          blocks.0.fc blocks.0.out blocks.1.fc | blocks.0.fc blocks.0.out blocks.1.fc
          # One layer, whatever it is called
          fc | fc
          """)
  void embeddingsComeFirstAndHeadsLast(String names, String expected) {
    assertThat(ordered(names)).isEqualTo(expected);
  }

  private static String ordered(String names) {
    List<String> layers = Arrays.asList(names.split(" "));
    return String.join(" ", layers.stream().sorted(new DepthByName(layers)).toList());
  }
}
