"""Which layers of a model are measured, in what order, and which norm layers go with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import nn

from isotherm.forward import ForwardPass
from isotherm.norms import norms_by_registration, norms_by_wire
from isotherm.weights import LeftOut, Weight, is_norm, names_of, weights_of

#: Dtypes that travel as they are, by their names in safetensors.
DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
}

MAX_LAYERS = 20_000

#: Why a layer is left out whose weight no optimizer has.
NOT_TRAINED = "not among the optimizer's parameters"
_ALONE = "a norm layer that no measured layer feeds directly and that feeds none; it keeps its rate"
_NAME = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True)
class Norm:
    """A norm layer that takes the factor of a weight layer before or behind it."""

    name: str
    parameters: tuple[nn.Parameter, ...]


@dataclass(frozen=True)
class Layer:
    """A weight layer.

    Attributes:
        name: without the prefixes of wrappers; unique within the model
        kind: ``dense``, ``convolution``, ``embedding`` or ``stack``, as the contract has them
        shape: of the layer, such as ``[out, in]``, ``[out, in, kH, kW]`` or ``[members, out, in]``
        weight: the parameter that is measured
        layout: the order of the weight's dimensions where a reader could not know it, such as
            ``in,out`` for ``Conv1D`` of transformers
        parameters: those that take the layer's factor, the weight and its bias
        norms: the norm layers that take it, too
        block: running number of the residual or transformer block, if the layer is in one
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    weight: nn.Parameter
    layout: str | None = None
    parameters: tuple[nn.Parameter, ...] = ()
    norms: tuple[Norm, ...] = ()
    block: int | None = None

    @property
    def dtype(self) -> str:
        """The weight's dtype in the names of safetensors, such as ``BF16``."""
        return DTYPES[self.weight.dtype]

    def owned(self) -> Iterator[tuple[nn.Parameter, str]]:
        """Each parameter with the name under which a decision has its factor."""
        for parameter in self.parameters:
            yield parameter, self.name
        for norm in self.norms:
            for parameter in norm.parameters:
                yield parameter, norm.name

    def names(self) -> Iterator[str]:
        """The names under which a decision has factors: the layer's and its norm layers'."""
        yield self.name
        for norm in self.norms:
            yield norm.name


@dataclass(frozen=True)
class ModelLayers:
    """The layers of a model in the order of the network, and those that were left out."""

    layers: tuple[Layer, ...]
    left_out: tuple[LeftOut, ...]
    order: str

    def owner(self) -> dict[nn.Parameter, str]:
        """The layer, weight or norm layer, of each parameter that has one."""
        return {parameter: name for layer in self.layers for parameter, name in layer.owned()}


def find_layers(
    model: nn.Module,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    layouts: Mapping[str, str] | None = None,
    trained: Collection[nn.Parameter] | None = None,
    observed: ForwardPass | None = None,
) -> ModelLayers:
    """The weight layers of a model.

    Args:
        model: may be wrapped by DataParallel, ``torch.compile`` and the like
        include: globs of layers to take, all if empty
        exclude: globs of layers to leave out
        layouts: what the dimensions of parameters are that no module of torch explains, by glob of
            names, such as ``{"*.experts.w1": "stack,out,in"}``
        trained: the parameters that the optimizer has; None takes frozen layers, too
        observed: a forward pass, whose order is then that of the network; otherwise the order is
            that in which the model registers its modules

    Raises:
        ValueError: with one line, if no layer is left, if a pattern matches nothing, or if the
            model keeps its weights where they cannot be read
    """
    _require_readable(model)
    names = names_of(model)
    found = list(weights_of(model, names, layouts or {}))
    left_out = [one for one in found if isinstance(one, LeftOut)]
    weights = _untied([one for one in found if isinstance(one, Weight)], left_out)
    _require_matches(weights, left_out, include=include, exclude=exclude, layouts=layouts or {})
    trainable = frozenset(trained) if trained is not None else None
    kept = []
    for weight in weights:
        reason = _reason(weight, include, exclude, trainable)
        if reason is None:
            kept.append(weight)
        else:
            left_out.append(LeftOut(weight.name, reason))
    _require_layers(kept, left_out, balances=trained is not None)
    if observed is not None and observed.complete:
        order = "forward"
        kept.sort(key=lambda weight: observed.position(weight.module))
        norms = norms_by_wire(observed, kept)
    else:
        order = "registration"
        norms = norms_by_registration(model, kept)
    taken = {norm for some in norms.values() for norm in some}
    left_out += [
        LeftOut(names[module], _ALONE)
        for module in model.modules()
        if is_norm(module) and module not in taken
    ]
    blocks = _blocks(model, kept)
    return ModelLayers(
        tuple(_layer(w, norms.get(w.name, []), names, blocks.get(w.name), trainable) for w in kept),
        tuple(sorted(left_out, key=lambda out: out.name)),
        order,
    )


def _layer(
    weight: Weight,
    norms: Sequence[nn.Module],
    names: Mapping[nn.Module, str],
    block: int | None,
    trained: Collection[nn.Parameter] | None,
) -> Layer:
    def learning(parameters: Iterable[nn.Parameter | None]) -> tuple[nn.Parameter, ...]:
        return tuple(p for p in parameters if p is not None and (trained is None or p in trained))

    scaled = [Norm(names[norm], learning(norm._parameters.values())) for norm in norms]
    return Layer(
        name=weight.name,
        kind=weight.kind,
        shape=weight.shape,
        weight=weight.parameter,
        layout=weight.layout,
        parameters=learning((weight.parameter, weight.bias)),
        norms=tuple(norm for norm in scaled if norm.parameters),
        block=block,
    )


def _require_readable(model: nn.Module) -> None:
    for module in model.modules():
        if type(module).__name__ == "FullyShardedDataParallel":
            raise ValueError(
                "FullyShardedDataParallel keeps weights flat, so that layers cannot be told apart; "
                "shard the model with FSDP2, torch.distributed.fsdp.fully_shard"
            )
    for name, parameter in model.named_parameters():
        if hasattr(parameter, "ds_id"):
            raise ValueError(
                f"parameter '{name}' is partitioned by DeepSpeed ZeRO-3, which keeps no weights of "
                "layers on a rank; shard the model with FSDP2, torch.distributed.fsdp.fully_shard"
            )
        # Not isinstance of UninitializedParameter, which torch 2.4 says of every DTensor.
        if nn.parameter.is_lazy(parameter):
            raise ValueError(
                f"parameter '{name}' has no shape yet; run one batch through the lazy module first"
            )


def _untied(weights: list[Weight], left_out: list[LeftOut]) -> list[Weight]:
    """Each parameter once.

    A head that is tied to an embedding is measured as the head, since it multiplies; otherwise the
    layer that is registered first has it.
    """
    holders: dict[int, Weight] = {}
    for weight in weights:
        holder = holders.get(id(weight.parameter))
        if holder is None or (holder.kind == "embedding" and weight.kind != "embedding"):
            holders[id(weight.parameter)] = weight
    for weight in weights:
        holder = holders[id(weight.parameter)]
        if holder is not weight:
            left_out.append(LeftOut(weight.name, f"tied to '{holder.name}'"))
    return [weight for weight in weights if holders[id(weight.parameter)] is weight]


def _require_matches(
    weights: list[Weight], left_out: list[LeftOut], **patterns: Iterable[str]
) -> None:
    known = [w.name for w in weights] + [out.name for out in left_out]
    for what, globs in patterns.items():
        if isinstance(globs, str):
            raise ValueError(
                f"{what} must be a list of patterns, got: '{globs}'; write ['{globs}']"
            )
        for pattern in globs:
            if not any(fnmatchcase(name, pattern) for name in known):
                raise ValueError(
                    f"{what} pattern '{pattern}' matches no layer; the model has "
                    f"{some([w.name for w in weights])}"
                )


def _reason(
    candidate: Weight,
    include: Sequence[str],
    exclude: Sequence[str],
    trained: Collection[nn.Parameter] | None,
) -> str | None:
    weight = candidate.parameter
    checks: list[tuple[bool, Callable[[], str]]] = [
        (
            bool(include) and not any(fnmatchcase(candidate.name, p) for p in include),
            lambda: "not in include",
        ),
        (any(fnmatchcase(candidate.name, p) for p in exclude), lambda: "in exclude"),
        (
            _NAME.fullmatch(candidate.name) is None,
            lambda: "its name must be 1 to 255 printable ASCII characters without blanks",
        ),
        (weight.dtype not in DTYPES, lambda: f"its dtype is {weight.dtype}"),
        (weight.is_meta, lambda: "it has no storage (device meta)"),
        (weight.numel() == 0, lambda: f"it is empty, its shape is {list(weight.shape)}"),
        (trained is not None and not weight.requires_grad, lambda: "frozen"),
        (trained is not None and weight not in trained, lambda: NOT_TRAINED),
    ]
    return next((reason() for applies, reason in checks if applies), None)


def _require_layers(kept: list[Weight], left_out: list[LeftOut], balances: bool) -> None:
    reasons = some([f"{out.name} ({out.reason})" for out in left_out])
    behind = f"; left out: {reasons}" if left_out else ": it has no matrix and no kernel"
    if not kept:
        raise ValueError(f"the model has no layer to balance{behind}")
    if balances and all(weight.kind == "embedding" for weight in kept):
        raise ValueError(
            "the model has no layer to balance but embeddings, whose rate stays as it is: "
            f"{some([weight.name for weight in kept])}{behind if left_out else ''}"
        )
    if len(kept) > MAX_LAYERS:
        raise ValueError(
            f"a run must have at most {MAX_LAYERS} layers, got: {len(kept)}; "
            "leave some out with include= or exclude="
        )


def some(names: Sequence[str]) -> str:
    """The first five names, and how many more there are."""
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _blocks(model: nn.Module, kept: list[Weight]) -> dict[str, int]:
    """Numbers the innermost elements of lists of modules that hold more than one layer."""
    parents = {child: module for module in model.modules() for child in module.children()}
    # An expert is no block: the block is what has the experts.
    elements = {
        element
        for module in model.modules()
        for name, held in module.named_children()
        if isinstance(held, nn.ModuleList | nn.Sequential) and name != "experts"
        for element in held
    }
    if isinstance(model, nn.ModuleList | nn.Sequential):
        elements |= set(model)

    def around(module: nn.Module | None) -> Iterator[nn.Module]:
        while module is not None:
            if module in elements:
                yield module
            module = parents.get(module)

    layers_in = Counter(element for weight in kept for element in around(weight.module))
    numbers: dict[nn.Module, int] = {}
    blocks: dict[str, int] = {}
    for weight in kept:
        block = next((e for e in around(weight.module) if layers_in[e] > 1), None)
        if block is not None:
            blocks[weight.name] = numbers.setdefault(block, len(numbers))
    return blocks
