"""Which layers of a model are measured, in what order, under which names."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper

from isotherm.forward import ForwardPass
from isotherm.layers import ModelLayers, find_layers


def observed(model: nn.Module, *inputs: torch.Tensor, **named: torch.Tensor) -> ModelLayers:
    """The layers after one forward pass."""
    forward = ForwardPass(model)
    model(*inputs, **named)
    forward.stop()
    return find_layers(model, observed=forward)


def norms(found: ModelLayers) -> dict[str, list[str]]:
    """The norm layers of the layers that have some."""
    return {layer.name: [n.name for n in layer.norms] for layer in found.layers if layer.norms}


def table(found: ModelLayers) -> list[str]:
    """A line for each layer: name, kind, shape, layout, norm layers."""
    return [
        " ".join(
            [
                layer.name,
                layer.kind,
                "x".join(map(str, layer.shape)),
                *([layer.layout] if layer.layout else []),
                *(f"+{norm.name}" for norm in layer.norms),
            ]
        )
        for layer in found.layers
    ]


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
    assert norms(found) == {"conv1": ["norm1"]}  # norm2 is behind a ReLU
    owner = {name for _, name in found.layers[0].owned()}
    assert owner == {"conv1", "norm1"}


def test_without_a_forward_pass_a_batch_norm_follows_the_layer_registered_before_it() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Linear(4, 4), nn.LayerNorm(4), nn.Linear(4, 2)
    )
    found = find_layers(model)
    assert norms(found) == {"0": ["1"]}
    assert reasons(found)["3"].startswith("a norm layer that no measured layer feeds directly")
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


def test_kernels_of_one_and_three_dimensions_and_transposed_ones_in_groups() -> None:
    model = nn.ModuleDict(
        {
            "line": nn.Conv1d(4, 6, 5),
            "volume": nn.Conv3d(4, 6, (3, 2, 1)),
            "upline": nn.ConvTranspose1d(4, 6, 5, groups=2),
            "upvolume": nn.ConvTranspose3d(4, 6, (3, 2, 1)),
        }
    )
    assert table(find_layers(model)) == [
        "line convolution 6x4x5",
        "volume convolution 6x4x3x2x1",
        "upline convolution 3x4x5 in,out,kW",  # [in, out / groups, kW], as torch has it
        "upvolume convolution 6x4x3x2x1 in,out,kD,kH,kW",
    ]


def test_recurrent_layers_are_matrices_of_all_gates() -> None:
    model = nn.ModuleDict(
        {"lstm": nn.LSTM(3, 4, proj_size=2), "gru": nn.GRU(3, 4), "cell": nn.RNNCell(3, 4)}
    )
    found = find_layers(model)
    assert table(found) == [
        "lstm.weight_ih_l0 dense 16x3",
        "lstm.weight_hh_l0 dense 16x2",
        "lstm.weight_hr_l0 dense 2x4",
        "gru.weight_ih_l0 dense 12x3",
        "gru.weight_hh_l0 dense 12x4",
        "cell.weight_ih dense 4x3",
        "cell.weight_hh dense 4x4",
    ]
    assert found.layers[0].parameters == (model["lstm"].weight_ih_l0, model["lstm"].bias_ih_l0)


def test_a_head_tied_to_an_embedding_is_measured_once_as_the_head() -> None:
    model = nn.ModuleDict({"tokens": nn.Embedding(7, 4), "mix": nn.Linear(4, 4)})
    model["head"] = nn.Linear(4, 7)
    model["head"].weight = model["tokens"].weight
    found = find_layers(model)
    assert table(found) == ["mix dense 4x4", "head dense 7x4"]
    assert reasons(found) == {"tokens": "tied to 'head'"}


class Experts(nn.Module):
    """Two experts in one parameter, which only their author can explain."""

    def __init__(self) -> None:
        super().__init__()
        self.w1 = nn.Parameter(torch.zeros(2, 4, 6))
        self.w1_bias = nn.Parameter(torch.zeros(2, 6))


def test_what_a_users_own_parameter_is_can_be_said() -> None:
    model = nn.ModuleDict({"experts": Experts()})
    found = find_layers(model, layouts={"*.w1": "stack,in,out"})
    assert table(found) == ["experts.w1 stack 2x6x4 stack,in,out"]
    assert found.layers[0].parameters == (model["experts"].w1, model["experts"].w1_bias)


class PreNorm(nn.Module):
    """A norm layer behind a sum, one behind a head-wise view, one behind what was changed."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.LayerNorm(8)
        self.small = nn.Linear(8, 4)
        self.large = nn.Linear(8, 8)
        self.heads = nn.LayerNorm(4)
        self.changed = nn.LayerNorm(8)
        self.last = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.first(x + 1)
        self.small(x)
        h = self.large(nn.functional.dropout(x, 0.0, training=False).view(-1, 8))
        self.heads(h.view(-1, 2, 4))
        h.relu_()
        return self.last(self.changed(h))


def test_a_norm_layer_that_no_layer_feeds_goes_with_the_largest_layer_that_it_feeds() -> None:
    found = observed(PreNorm(), torch.randn(2, 8))
    assert norms(found) == {"large": ["first", "heads"], "last": ["changed"]}


def test_a_norm_layer_of_a_users_own_making_takes_the_factor_with_all_that_it_has() -> None:
    class ScaleNorm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(4))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * self.scale

    model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(), ScaleNorm(), nn.Linear(4, 2))
    found = observed(model, torch.randn(2, 4))
    assert norms(found) == {"0": ["2"]}
    assert found.owner()[model[2].scale] == "2"


def test_an_expert_without_a_token_stands_where_it_is_registered() -> None:
    class Routed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.experts = nn.ModuleList(nn.Linear(4, 4) for _ in range(3))
            self.head = nn.Linear(4, 2)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.experts[2](self.experts[0](x)))

    found = observed(Routed(), torch.randn(2, 4))
    assert names(found) == ["experts.0", "experts.1", "experts.2", "head"]


def test_attention_of_torch_has_its_projections_in_the_place_of_the_attention() -> None:
    layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
    found = observed(layer, torch.randn(2, 5, 32))
    assert names(found) == ["self_attn.in_proj", "self_attn.out_proj", "linear1", "linear2"]
    assert found.layers[0].shape == (96, 32)


class FsdpUnit(nn.Module):
    """Has its module as torch's FullyShardedDataParallel does, which itself needs a GPU."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self._fsdp_wrapped_module = inner


@pytest.mark.parametrize(
    "wrap",
    [nn.DataParallel, torch.compile, checkpoint_wrapper, FsdpUnit],
    ids=["module", "_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module"],
)
def test_prefixes_of_wrappers_are_stripped(wrap: Any) -> None:
    inner = nn.Sequential(nn.Linear(3, 5), nn.Sequential(nn.Linear(5, 2)))
    assert names(find_layers(wrap(inner))) == ["0", "1.0"]
    within = nn.Sequential(nn.Linear(3, 5), wrap(nn.Sequential(nn.Linear(5, 2))))
    assert names(find_layers(within)) == ["0", "1.0"]


def test_what_is_compiled_has_the_order_of_registration() -> None:
    model = torch.compile(Backwards(), backend="eager")
    forward = ForwardPass(model)
    model(torch.randn(2, 1, 8, 8))
    assert not forward.complete
    assert find_layers(model, observed=forward).order == "registration"


def test_copies_that_run_in_the_place_of_the_modules_are_not_taken_for_them() -> None:
    model = Backwards()
    forward = ForwardPass(model)
    copy.deepcopy(model)(torch.randn(2, 1, 8, 8))
    for module in model.modules():  # as DataParallel's replicas, with the same hooks
        for hook in module._forward_hooks.values():
            hook(nn.Linear(2, 2), (), None)
    assert not forward.complete


def test_hooks_are_gone_after_the_first_pass_and_hold_no_activation() -> None:
    model = Backwards()
    forward = ForwardPass(model)
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
            self.experts = nn.Parameter(torch.zeros(2, 4, 4))
            self.form = nn.Bilinear(4, 4, 4)
            self.computed = nn.utils.parametrizations.weight_norm(nn.Linear(4, 4))
            self.spectral = nn.utils.spectral_norm(nn.Conv1d(4, 4, 3))
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
    assert why["experts"] == (
        "Odd [2, 4, 4]: what its dimensions are is not known; say so with layouts="
    )
    assert why["form"].startswith("Bilinear [4, 4, 4]: a form of two inputs")
    computed = "its weight is computed from other parameters at each pass, by {}; they keep the "
    assert why["computed"] == computed.format("WeightNorm") + "optimizer's rate"
    assert why["spectral"] == computed.format("SpectralNorm") + "optimizer's rate"
    assert why["long"] == "its dtype is torch.complex64"
    assert why["nowhere"] == "it has no storage (device meta)"
    assert len(why) == 10
    assert why["empty"] == "it is empty, its shape is [4, 0]"


def test_blocks_are_numbered_across_stages() -> None:
    def block() -> nn.Sequential:
        return nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

    model = nn.Sequential(
        nn.Linear(4, 4), nn.Sequential(block(), block()), nn.Sequential(block()), nn.Linear(4, 2)
    )
    blocks = [layer.block for layer in find_layers(model).layers]
    assert blocks == [None, 0, 0, 1, 1, 2, 2, None]


EMBEDDING = nn.Embedding(3, 4)
EMBEDDED = EMBEDDING.weight


class FullyShardedDataParallel(nn.Module):
    """Stands for torch's, which needs a GPU; it keeps what is flat in other modules."""


def partitioned() -> nn.Module:
    model = nn.Linear(4, 4)
    model.weight.ds_id = 0  # as DeepSpeed marks what it has partitioned
    return model


@pytest.mark.parametrize(
    ("model", "options", "line"),
    [
        (nn.ReLU(), {}, "the model has no layer to balance"),
        (nn.Embedding(3, 4), {"trained": [EMBEDDED]}, "left out: model .not among"),
        (EMBEDDING, {"trained": [EMBEDDED]}, "no layer to balance but embeddings.*: model$"),
        (nn.Linear(4, 4), {"layouts": {"x": "out,in"}}, "layouts pattern 'x' matches no layer"),
        (nn.Linear(4, 4), {"layouts": {"model": "a,b"}}, "layout of 'model' must be .* got: 'a,b'"),
        (nn.Linear(4, 4), {"include": ["a*"]}, "include pattern 'a\\*' matches no layer"),
        (nn.Linear(4, 4), {"include": "model"}, r"include must be a list .* write \['model'\]"),
        (nn.LazyLinear(4), {}, "has no shape yet; run one batch"),
        (FullyShardedDataParallel(), {}, "keeps weights flat.*; shard the model with FSDP2"),
        (partitioned(), {}, "partitioned by DeepSpeed ZeRO-3.*; shard the model with FSDP2"),
    ],
)
def test_what_cannot_be_balanced_is_refused_in_one_line(
    model: nn.Module, options: dict[str, Any], line: str
) -> None:
    with pytest.raises(ValueError, match=line) as refused:
        find_layers(model, **options)
    assert "\n" not in str(refused.value)
