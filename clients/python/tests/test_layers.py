"""Which layers of a model are measured, in what order, under which names."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn

from isotherm.forward import ForwardPass
from isotherm.layers import ModelLayers, find_layers, is_observed


def observed(model: nn.Module, *inputs: torch.Tensor, **options: Any) -> ModelLayers:
    """The layers after one forward pass."""
    forward = ForwardPass(model, is_observed)
    model(*inputs)
    forward.stop()
    return find_layers(model, observed=forward, **options)


def names(found: ModelLayers) -> list[str]:
    return [layer.name for layer in found.layers]


def reasons(found: ModelLayers) -> dict[str, str]:
    return {out.name: out.reason for out in found.left_out}


class Backwards(nn.Module):
    """Registers its layers in another order than it runs them in."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(8, 3)
        self.norm2 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(4, 8, 3)
        self.norm1 = nn.BatchNorm2d(4)
        self.conv1 = nn.Conv2d(1, 4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm1(self.conv1(x)).relu()
        x = self.norm2(self.conv2(x).relu())
        return self.head(x.mean((2, 3)))


def test_layers_stand_in_the_order_of_the_forward_pass() -> None:
    found = observed(Backwards(), torch.randn(2, 1, 8, 8))
    assert names(found) == ["conv1", "conv2", "head"]
    assert found.order == "forward"
    assert names(find_layers(Backwards())) == ["head", "conv2", "conv1"]


def test_a_norm_layer_follows_the_layer_that_feeds_it_directly() -> None:
    found = observed(Backwards(), torch.randn(2, 1, 8, 8))
    norms = {layer.name: layer.norm.name if layer.norm else None for layer in found.layers}
    assert norms == {"conv1": "norm1", "conv2": None, "head": None}  # norm2 is behind a ReLU
    owner = {name for _, name in found.layers[0].owned()}
    assert owner == {"conv1", "norm1"}


def test_without_a_forward_pass_a_batch_norm_follows_the_layer_registered_before_it() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 2)
    )
    found = find_layers(model)
    assert [layer.norm.name if layer.norm else None for layer in found.layers] == ["1", None, None]
    assert found.order == "registration"


def test_shapes_kinds_and_layouts_are_those_of_the_contract() -> None:
    model = nn.ModuleDict(
        {
            "dense": nn.Linear(3, 5),
            "conv": nn.Conv2d(4, 6, (3, 2), groups=2),
            "up": nn.ConvTranspose2d(4, 6, (3, 2)),
        }
    )
    layers = {layer.name: layer for layer in find_layers(model).layers}
    assert (layers["dense"].kind, layers["dense"].shape) == ("dense", (5, 3))
    assert layers["dense"].layout is None
    assert (layers["conv"].kind, layers["conv"].shape) == ("convolution", (6, 2, 3, 2))
    assert (layers["up"].kind, layers["up"].shape) == ("convolution", (6, 4, 3, 2))
    assert layers["up"].layout == "in,out,kH,kW"


def test_gpt2_of_transformers_has_its_layout_and_its_head_once() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.GPT2Config(vocab_size=97, n_embd=32, n_layer=2, n_head=2, n_positions=32)
    model = transformers.GPT2LMHeadModel(config)
    found = observed(model, torch.randint(0, 97, (1, 8)))
    layers = {layer.name: layer for layer in found.layers}
    attention = layers["transformer.h.0.attn.c_attn"]
    assert attention.shape == (96, 32)
    assert tuple(attention.weight.shape) == (32, 96)
    assert attention.layout == "in,out"
    assert (attention.block, layers["transformer.h.1.mlp.c_proj"].block) == (0, 1)
    assert names(found)[-1] == "lm_head"
    assert reasons(found)["transformer.wte"] == "tied to 'lm_head'"
    assert "no kind of layer yet" in reasons(found)["transformer.wpe"]


def test_llamas_norms_and_layers_are_found() -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
    )
    found = observed(transformers.LlamaForCausalLM(config), torch.randint(0, 97, (1, 8)))
    assert len(found.layers) == 2 * 7 + 1
    assert names(found)[0] == "model.layers.0.self_attn.q_proj"
    assert all(layer.norm is None for layer in found.layers)  # each is fed by a sum


def test_attention_of_torch_has_its_projections_in_the_place_of_the_attention() -> None:
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    found = observed(layer, torch.randn(2, 5, 32))
    assert names(found) == ["self_attn.in_proj", "self_attn.out_proj", "linear1", "linear2"]
    assert found.layers[0].shape == (96, 32)


@pytest.mark.parametrize("wrap", [nn.DataParallel, torch.compile], ids=["module", "_orig_mod"])
def test_prefixes_of_wrappers_are_stripped(wrap: Any) -> None:
    inner = nn.Sequential(nn.Linear(3, 5), nn.Sequential(nn.Linear(5, 2)))
    assert names(find_layers(wrap(inner))) == ["0", "1.0"]


def test_what_is_compiled_has_the_order_of_registration() -> None:
    model = torch.compile(Backwards(), backend="eager")
    forward = ForwardPass(model, is_observed)
    model(torch.randn(2, 1, 8, 8))
    assert not forward.complete
    assert find_layers(model, observed=forward).order == "registration"


def test_copies_that_run_in_the_place_of_the_modules_are_not_taken_for_them() -> None:
    model = Backwards()
    forward = ForwardPass(model, is_observed)
    copy.deepcopy(model)(torch.randn(2, 1, 8, 8))
    for module in model.modules():  # as DataParallel's replicas, with the same hooks
        for hook in module._forward_hooks.values():
            hook(nn.Linear(2, 2), (), None)
    assert not forward.complete


def test_hooks_are_gone_after_the_first_pass_and_hold_no_activation() -> None:
    model = Backwards()
    forward = ForwardPass(model, is_observed)
    model(torch.randn(2, 1, 8, 8))
    forward.stop()
    assert not any(module._forward_hooks for module in model.modules())
    assert not forward._outputs


def test_everything_that_is_left_out_has_a_reason() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.good = nn.Linear(4, 4)
            self.frozen = nn.Linear(4, 4).requires_grad_(False)
            self.foreign = nn.Linear(4, 4)
            self.skipped = nn.Linear(4, 4)
            self.lstm = nn.LSTM(4, 4)
            self.conv1 = nn.Conv1d(4, 4, 3)
            self.conv3 = nn.Conv3d(4, 4, 3)
            self.experts = nn.Parameter(torch.zeros(2, 4, 4))
            self.computed = nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))
            self.long = nn.Linear(4, 4).to(torch.complex64)
            self.nowhere = nn.Linear(4, 4, device="meta")
            self.empty = nn.Linear(0, 4)

    model = Odd()
    trained = [p for n, p in model.named_parameters() if not n.startswith("foreign")]
    found = find_layers(model, trained=trained, exclude=["skip*"])
    assert names(found) == ["good"]
    why = reasons(found)
    assert why["frozen"] == "frozen"
    assert why["foreign"] == "not among the optimizer's parameters"
    assert why["skipped"] == "in exclude"
    assert why["lstm.weight_ih_l0"] == "LSTM [16, 4]: no kind of layer yet"
    assert why["conv1"] == "Conv1d [4, 4, 3]: no kind of layer yet"
    assert why["conv3"] == "Conv3d [4, 4, 3, 3, 3]: no kind of layer yet"
    assert why["experts"] == "Odd [2, 4, 4]: no kind of layer yet"
    assert why["computed"] == "its weight is computed from others, as by parametrizations"
    assert why["long"] == "its dtype is torch.complex64"
    assert why["nowhere"] == "it has no storage (device meta)"
    assert why["empty"] == "it is empty, its shape is [4, 0]"


def test_blocks_are_numbered_across_stages() -> None:
    def block() -> nn.Sequential:
        return nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

    model = nn.Sequential(
        nn.Linear(4, 4), nn.Sequential(block(), block()), nn.Sequential(block()), nn.Linear(4, 2)
    )
    blocks = [layer.block for layer in find_layers(model).layers]
    assert blocks == [None, 0, 0, 1, 1, 2, 2, None]


class Flat(nn.Parameter):
    """Stands for the flat parameter of FullyShardedDataParallel."""


Flat.__name__ = "FlatParameter"


def partitioned(attribute: str | None = None) -> nn.Module:
    model = nn.Linear(4, 4)
    if attribute is None:
        model.weight = Flat(torch.zeros(4, 4))
    else:
        for name in attribute.split():
            setattr(model.weight, name, None)
    return model


@pytest.mark.parametrize(
    ("model", "options", "line"),
    [
        (nn.ReLU(), {}, "the model has no layer to balance"),
        (nn.Embedding(3, 4), {}, r"left out: model \(Embedding"),
        (nn.Linear(4, 4), {"include": ["a*"]}, "include pattern 'a\\*' matches no layer"),
        (nn.Linear(4, 4), {"include": "model"}, r"include must be a list .* write \['model'\]"),
        (nn.LazyLinear(4), {}, "has no shape yet; run one batch"),
        (partitioned(), {}, "is flat, as FullyShardedDataParallel makes it"),
        (partitioned("ds_id"), {}, "partitioned by DeepSpeed ZeRO-3.*; use ZeRO-1"),
        (partitioned("placements to_local"), {}, r"is sharded \(DTensor\)"),
    ],
)
def test_what_cannot_be_balanced_is_refused_in_one_line(
    model: nn.Module, options: dict[str, Any], line: str
) -> None:
    with pytest.raises(ValueError, match=line) as refused:
        find_layers(model, **options)
    assert "\n" not in str(refused.value)
