package io.isotherm.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.isotherm.checkpoints.weights.ConfigFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TiedHeadTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # What Hugging Face's class says, whose word_embeddings are tied unless it says otherwise
          wte.weight h.0.attn.c_attn.weight | {"architectures": ["GPT2LMHeadModel"]} | Tied wte.weight
          shared.weight decoder.block.0.layer.0.SelfAttention.q.weight | {"architectures": ["T5ForConditionalGeneration"]} | Tied shared.weight
          model.embed_tokens.weight | {"architectures": ["LlamaForCausalLM"], "tie_word_embeddings": true} | Tied model.embed_tokens.weight
          model.language_model.embed_tokens.weight | {"architectures": ["Gemma3ForConditionalGeneration"], "text_config": {"tie_word_embeddings": true}} | Tied model.language_model.embed_tokens.weight
          model.embed_tokens.weight | {"architectures": ["LlamaForCausalLM"], "tie_word_embeddings": false} | Unknown
          embed_tokens.weight layers.0.mlp.down_proj.weight | {"architectures": ["LlamaModel"], "tie_word_embeddings": true} | Untied
          embeddings.word_embeddings.weight pooler.dense.weight | {"architectures": ["BertModel"]} | Untied
          model.encoder.embed_tokens.weight model.decoder.embed_tokens.weight | {"architectures": ["MarianMTModel"]} | Tied model.decoder.embed_tokens.weight
          # Without it, what wraps the model
          model.embed_tokens.weight | {} | Tied model.embed_tokens.weight
          model.decoder.embed_tokens.weight | no json | Tied model.decoder.embed_tokens.weight
          transformer.wte.weight | {} | Tied transformer.wte.weight
          backbone.embeddings.weight | {} | Tied backbone.embeddings.weight
          token_embd.weight blk.0.attn_q.weight | {} | Tied token_embd.weight
          decoder.token_embedding.weight | {} | Tied decoder.token_embedding.weight
          embed_tokens.weight layers.0.mlp.down_proj.weight | {} | Unknown
          wte.weight h.0.attn.c_attn.weight | {} | Unknown
          wte.weight h.0.attn.c_attn.weight | {"tie_word_embeddings": true} | Tied wte.weight
          wte.weight h.0.attn.c_attn.weight | {"tie_word_embeddings": false} | Untied
          embeddings.word_embeddings.weight pooler.dense.weight | {} | Untied
          conv1.weight | {"architectures": ["ResNetForImageClassification"]} | Untied
          conv1.weight | {} | Untied
          """)
  void isKnownFromTheConfigurationAndFromTheNames(String weights, String config, String expected)
      throws Exception {
    Files.writeString(folder.resolve("config.json"), config);
    List<String> names = Arrays.asList(weights.split(" "));

    TiedHead head = TiedHead.of(names, ConfigFiles.beside(folder.resolve("model.safetensors")));

    String said =
        head instanceof TiedHead.Tied tied
            ? "Tied " + tied.embedding()
            : head.getClass().getSimpleName();
    assertThat(said).isEqualTo(expected);
  }
}
