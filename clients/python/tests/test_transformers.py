"""The layers, norm layers and what is left out of models of transformers, in tiny sizes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from test_layers import observed, reasons, table

transformers = pytest.importorskip("transformers")

TOKENS = {"input_ids": torch.arange(8)[None]}
SIZES = {"vocab_size": 97, "hidden_size": 32, "intermediate_size": 64, "num_attention_heads": 2}
LLAMA = {**SIZES, "num_hidden_layers": 1, "num_key_value_heads": 1}


def found_in(model: torch.nn.Module, **inputs: Any) -> tuple[list[str], dict[str, str]]:
    found = observed(model, **inputs)
    assert found.order == "forward"
    return table(found), reasons(found)


def attention_of_llama(prefix: str) -> list[str]:
    return [
        f"{prefix}.self_attn.q_proj dense 32x32 +{prefix}.input_layernorm",
        f"{prefix}.self_attn.k_proj dense 16x32",
        f"{prefix}.self_attn.v_proj dense 16x32",
        f"{prefix}.self_attn.o_proj dense 32x32",
    ]


def test_gpt2() -> None:
    config = transformers.GPT2Config(
        vocab_size=97, n_embd=32, n_layer=1, n_head=2, n_positions=16, eos_token_id=0
    )
    layers, left_out = found_in(transformers.GPT2LMHeadModel(config), **TOKENS)
    assert layers == [
        "transformer.wpe embedding 16x32",
        "transformer.h.0.attn.c_attn dense 96x32 in,out +transformer.h.0.ln_1",
        "transformer.h.0.attn.c_proj dense 32x32 in,out",
        "transformer.h.0.mlp.c_fc dense 128x32 in,out +transformer.h.0.ln_2",
        "transformer.h.0.mlp.c_proj dense 32x128 in,out",
        "lm_head dense 97x32 +transformer.ln_f",
    ]
    assert left_out == {"transformer.wte": "tied to 'lm_head'"}


def test_llama() -> None:
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**LLAMA))
    layers, left_out = found_in(model, **TOKENS)
    block = "model.layers.0"
    assert layers == [
        "model.embed_tokens embedding 97x32",
        *attention_of_llama(block),
        f"{block}.mlp.gate_proj dense 64x32 +{block}.post_attention_layernorm",
        f"{block}.mlp.up_proj dense 64x32",
        f"{block}.mlp.down_proj dense 32x64",
        "lm_head dense 97x32 +model.norm",
    ]
    assert left_out == {}


@pytest.mark.parametrize("family", ["Mixtral", "Qwen3Moe"])
def test_mixtures_of_experts_have_stacks(family: str) -> None:
    sizes = {"num_local_experts": 4, "num_experts": 4, "num_experts_per_tok": 2}
    config = getattr(transformers, f"{family}Config")
    taken = {name: size for name, size in sizes.items() if hasattr(config(), name)}
    config = config(**LLAMA, **taken, moe_intermediate_size=64, head_dim=16)
    layers, left_out = found_in(getattr(transformers, f"{family}ForCausalLM")(config), **TOKENS)
    block = "model.layers.0"
    q, k, *others = attention_of_llama(block)
    if family == "Qwen3Moe":
        q, k = f"{q} +{block}.self_attn.q_norm", f"{k} +{block}.self_attn.k_norm"
    assert layers == [
        "model.embed_tokens embedding 97x32",
        q,
        k,
        *others,
        f"{block}.mlp.gate dense 4x32",
        f"{block}.mlp.experts.gate_up_proj stack 4x128x32 stack,out,in"
        f" +{block}.post_attention_layernorm",
        f"{block}.mlp.experts.down_proj stack 4x32x64 stack,out,in",
        "lm_head dense 97x32 +model.norm",
    ]
    assert left_out == {}


def test_experts_of_gpt_oss_have_inputs_before_outputs() -> None:
    config = transformers.GptOssConfig(
        **LLAMA, num_local_experts=4, head_dim=16, layer_types=["full_attention"]
    )
    model = transformers.GptOssForCausalLM(config)
    layers, left_out = found_in(model, **TOKENS)
    block = "model.layers.0"
    assert layers[6:8] == [
        f"{block}.mlp.experts.gate_up_proj stack 4x128x32 stack,in,out"
        f" +{block}.post_attention_layernorm",
        f"{block}.mlp.experts.down_proj stack 4x32x64 stack,in,out",
    ]
    experts = observed(model, **TOKENS).layers[6]
    assert tuple(experts.weight.shape) == (4, 32, 128)
    assert len(experts.parameters) == 2  # with its bias, a row for each expert
    assert left_out == {}


def test_bert() -> None:
    config = transformers.BertConfig(**SIZES, num_hidden_layers=1, max_position_embeddings=16)
    layers, left_out = found_in(transformers.BertForSequenceClassification(config), **TOKENS)
    block = "bert.encoder.layer.0"
    assert layers == [
        "bert.embeddings.word_embeddings embedding 97x32",
        "bert.embeddings.token_type_embeddings embedding 2x32",
        "bert.embeddings.position_embeddings embedding 16x32",
        f"{block}.attention.self.query dense 32x32 +bert.embeddings.LayerNorm",
        f"{block}.attention.self.key dense 32x32",
        f"{block}.attention.self.value dense 32x32",
        f"{block}.attention.output.dense dense 32x32",
        f"{block}.intermediate.dense dense 64x32 +{block}.attention.output.LayerNorm",
        f"{block}.output.dense dense 32x64",
        f"bert.pooler.dense dense 32x32 +{block}.output.LayerNorm",
        "classifier dense 2x32",
    ]
    assert left_out == {}


def test_vit() -> None:
    sizes = {name: size for name, size in SIZES.items() if name != "vocab_size"}
    config = transformers.ViTConfig(**sizes, num_hidden_layers=1, image_size=16, patch_size=8)
    model = transformers.ViTForImageClassification(config)
    layers, left_out = found_in(model, pixel_values=torch.randn(1, 3, 16, 16))
    assert layers[0] == "vit.embeddings.patch_embeddings.projection convolution 32x3x8x8"
    assert [line.split(" ", 1)[1] for line in layers[1:]] == [
        "dense 32x32 +vit.layers.0.layernorm_before",
        "dense 32x32",
        "dense 32x32",
        "dense 32x32",
        "dense 64x32 +vit.layers.0.layernorm_after",
        "dense 32x64",
        "dense 2x32 +vit.layernorm",
    ]
    assert sorted(left_out) == [
        "vit.embeddings.cls_token",
        "vit.embeddings.position_embeddings",
    ]


def test_whisper() -> None:
    config = transformers.WhisperConfig(
        vocab_size=97,
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        num_mel_bins=8,
        max_source_positions=16,
        max_target_positions=16,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    layers, left_out = found_in(
        transformers.WhisperForConditionalGeneration(config),
        input_features=torch.randn(1, 8, 32),
        decoder_input_ids=TOKENS["input_ids"],
    )
    coder, decoder = "model.encoder.layers.0", "model.decoder.layers.0"
    assert layers == [
        "model.encoder.conv1 convolution 32x8x3",
        "model.encoder.conv2 convolution 32x32x3",
        "model.encoder.embed_positions embedding 16x32",
        f"{coder}.self_attn.q_proj dense 32x32 +{coder}.self_attn_layer_norm",
        f"{coder}.self_attn.k_proj dense 32x32",
        f"{coder}.self_attn.v_proj dense 32x32",
        f"{coder}.self_attn.out_proj dense 32x32",
        f"{coder}.fc1 dense 64x32 +{coder}.final_layer_norm",
        f"{coder}.fc2 dense 32x64",
        "model.decoder.embed_positions embedding 16x32",
        f"{decoder}.self_attn.q_proj dense 32x32 +{decoder}.self_attn_layer_norm",
        f"{decoder}.self_attn.k_proj dense 32x32",
        f"{decoder}.self_attn.v_proj dense 32x32",
        f"{decoder}.self_attn.out_proj dense 32x32",
        f"{decoder}.encoder_attn.q_proj dense 32x32 +{decoder}.encoder_attn_layer_norm",
        f"{decoder}.encoder_attn.k_proj dense 32x32 +model.encoder.layer_norm",
        f"{decoder}.encoder_attn.v_proj dense 32x32",
        f"{decoder}.encoder_attn.out_proj dense 32x32",
        f"{decoder}.fc1 dense 64x32 +{decoder}.final_layer_norm",
        f"{decoder}.fc2 dense 32x64",
        "proj_out dense 97x32 +model.decoder.layer_norm",
    ]
    assert left_out == {"model.decoder.embed_tokens": "tied to 'proj_out'"}


def test_t5() -> None:
    config = transformers.T5Config(
        vocab_size=97, d_model=32, d_kv=16, d_ff=64, num_layers=1, num_heads=2
    )
    ids = TOKENS["input_ids"]
    model = transformers.T5ForConditionalGeneration(config)
    layers, left_out = found_in(model, input_ids=ids, decoder_input_ids=ids)
    coder, decoder = "encoder.block.0.layer", "decoder.block.0.layer"
    assert layers == [
        f"{coder}.0.SelfAttention.q dense 32x32 +{coder}.0.layer_norm",
        f"{coder}.0.SelfAttention.k dense 32x32",
        f"{coder}.0.SelfAttention.v dense 32x32",
        f"{coder}.0.SelfAttention.relative_attention_bias embedding 32x2",
        f"{coder}.0.SelfAttention.o dense 32x32",
        f"{coder}.1.DenseReluDense.wi dense 64x32 +{coder}.1.layer_norm",
        f"{coder}.1.DenseReluDense.wo dense 32x64",
        f"{decoder}.0.SelfAttention.q dense 32x32 +{decoder}.0.layer_norm",
        f"{decoder}.0.SelfAttention.k dense 32x32",
        f"{decoder}.0.SelfAttention.v dense 32x32",
        f"{decoder}.0.SelfAttention.relative_attention_bias embedding 32x2",
        f"{decoder}.0.SelfAttention.o dense 32x32",
        f"{decoder}.1.EncDecAttention.q dense 32x32 +{decoder}.1.layer_norm",
        f"{decoder}.1.EncDecAttention.k dense 32x32 +encoder.final_layer_norm",
        f"{decoder}.1.EncDecAttention.v dense 32x32",
        f"{decoder}.1.EncDecAttention.o dense 32x32",
        f"{decoder}.2.DenseReluDense.wi dense 64x32 +{decoder}.2.layer_norm",
        f"{decoder}.2.DenseReluDense.wo dense 32x64",
        "lm_head dense 97x32",
    ]
    # Before transformers 5 the three were one module, which has one name.
    modules = dict(model.named_modules())
    tied = [n for n in ("shared", "encoder.embed_tokens", "decoder.embed_tokens") if n in modules]
    assert "shared" in tied
    assert {name: left_out.pop(name) for name in tied} == dict.fromkeys(tied, "tied to 'lm_head'")
    assert list(left_out) == ["decoder.final_layer_norm"]  # its output is scaled before the head
