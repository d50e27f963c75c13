"""Which layers of a model are measured, in what order, and which norm layer follows which."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import nn

from isotherm.forward import ForwardPass

#: Dtypes that travel as they are, by their names in safetensors.
DTYPES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
}

MAX_LAYERS = 2000
_NAME = re.compile(r"[\x21-\x7e]{1,255}")
_WRAPPERS = frozenset({"_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"})


@dataclass(frozen=True)
class Norm:
    """A norm layer that takes the factor of the weight layer before it."""

    name: str
    parameters: tuple[nn.Parameter, ...]


@dataclass(frozen=True)
class Layer:
    """A weight layer.

    Attributes:
        name: without the prefixes of wrappers; unique within the model
        kind: ``dense`` or ``convolution``, as the contract has them
        shape: of the layer, ``[out, in]`` or ``[out, in, kH, kW]``
        weight: the parameter that is measured
        layout: the order of the weight's dimensions where that is not PyTorch's, such as
            ``in,out`` for ``Conv1D`` of transformers
        parameters: those that take the layer's factor, the weight and its bias
        norm: the norm layer that takes it, too, if one follows
        block: running number of the residual or transformer block, if the layer is in one
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    weight: nn.Parameter
    layout: str | None = None
    parameters: tuple[nn.Parameter, ...] = ()
    norm: Norm | None = None
    block: int | None = None

    def owned(self) -> Iterator[tuple[nn.Parameter, str]]:
        """Each parameter with the name under which a decision has its factor."""
        for parameter in self.parameters:
            yield parameter, self.name
        if self.norm is not None:
            for parameter in self.norm.parameters:
                yield parameter, self.norm.name


@dataclass(frozen=True)
class LeftOut:
    """A layer that is not measured, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class ModelLayers:
    """The layers of a model in the order of the network, and those that were left out."""

    layers: tuple[Layer, ...]
    left_out: tuple[LeftOut, ...]
    order: str

    def owner(self) -> dict[nn.Parameter, str]:
        """The layer, weight or norm layer, of each parameter that has one."""
        return {parameter: name for layer in self.layers for parameter, name in layer.owned()}


@dataclass(frozen=True)
class _Candidate:
    name: str
    module: nn.Module
    weight: nn.Parameter
    bias: nn.Parameter | None
    kind: str
    shape: tuple[int, ...]
    layout: str | None = None


def find_layers(
    model: nn.Module,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    trained: Collection[nn.Parameter] | None = None,
    observed: ForwardPass | None = None,
) -> ModelLayers:
    """The weight layers of a model.

    Args:
        model: may be wrapped by DataParallel, ``torch.compile`` and the like
        include: globs of layers to take, all if empty
        exclude: globs of layers to leave out
        trained: the parameters that the optimizer has; None takes frozen layers, too
        observed: a forward pass, whose order is then that of the network; otherwise the order is
            that in which the model registers its modules

    Raises:
        ValueError: with one line, if no layer is left, if a pattern matches nothing, or if the
            model keeps its weights where they cannot be read
    """
    _require_readable(model)
    names = _names(model)
    left_out: list[LeftOut] = []
    candidates = _untied(list(_candidates(model, names, left_out)), left_out)
    left_out += _without_kind(model, names, candidates)
    _require_matches(candidates, left_out, include, exclude)
    kept = []
    for candidate in candidates:
        reason = _reason(candidate, include, exclude, trained)
        if reason is None:
            kept.append(candidate)
        else:
            left_out.append(LeftOut(candidate.name, reason))
    if not kept:
        raise ValueError(_nothing(left_out))
    if len(kept) > MAX_LAYERS:
        raise ValueError(
            f"a run must have at most {MAX_LAYERS} layers, got: {len(kept)}; "
            "leave some out with include= or exclude="
        )
    in_order = observed is not None and observed.complete
    if in_order and observed is not None:
        kept.sort(key=lambda candidate: observed.position(candidate.module))
    norms = _norms_by_wire(observed) if in_order else _norms_by_registration(model)
    blocks = _blocks(model, kept)
    trainable = set(trained) if trained is not None else None
    return ModelLayers(
        tuple(_layer(c, norms.get(c.module), names, blocks.get(c.name), trainable) for c in kept),
        tuple(sorted(left_out, key=lambda out: out.name)),
        "forward" if in_order else "registration",
    )


def _layer(
    candidate: _Candidate,
    norm: nn.Module | None,
    names: dict[nn.Module, str],
    block: int | None,
    trained: set[nn.Parameter] | None,
) -> Layer:
    def learning(*parameters: object) -> tuple[nn.Parameter, ...]:
        return tuple(
            p
            for p in parameters
            if isinstance(p, nn.Parameter) and (trained is None or p in trained)
        )

    follower = None
    if norm is not None:
        scaled = learning(getattr(norm, "weight", None), getattr(norm, "bias", None))
        follower = Norm(names[norm], scaled) if scaled else None
    return Layer(
        name=candidate.name,
        kind=candidate.kind,
        shape=candidate.shape,
        weight=candidate.weight,
        layout=candidate.layout,
        parameters=learning(candidate.weight, candidate.bias),
        norm=follower,
        block=block,
    )


def _require_readable(model: nn.Module) -> None:
    for name, parameter in model.named_parameters():
        if hasattr(parameter, "ds_id"):
            raise ValueError(
                f"parameter '{name}' is partitioned by DeepSpeed ZeRO-3, which keeps no weights of "
                "layers on a rank; use ZeRO-1 or ZeRO-2, or one process without DeepSpeed"
            )
        if type(parameter).__name__ == "FlatParameter":
            raise ValueError(
                f"parameter '{name}' is flat, as FullyShardedDataParallel makes it; sharded models "
                "cannot be balanced yet, train in one process"
            )
        if _is_sharded(parameter):
            raise ValueError(
                f"parameter '{name}' is sharded (DTensor); sharded models cannot be balanced yet, "
                "train in one process"
            )
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            raise ValueError(
                f"parameter '{name}' has no shape yet; run one batch through the lazy module first"
            )


def _is_sharded(parameter: nn.Parameter) -> bool:
    return hasattr(parameter, "placements") and hasattr(parameter, "to_local")


def _names(model: nn.Module) -> dict[nn.Module, str]:
    """The name of each module without the prefixes of wrappers, where that stays unique."""
    names: dict[nn.Module, str] = {}
    taken: set[str] = set()
    for full, module in model.named_modules():
        short = ".".join(part for part in full.split(".") if part not in _WRAPPERS)
        name = full if short in taken and short else short
        taken.add(name)
        names[module] = name
    return names


def _candidates(
    model: nn.Module, names: dict[nn.Module, str], left_out: list[LeftOut]
) -> Iterator[_Candidate]:
    for module in model.modules():
        name = names[module]
        if isinstance(module, nn.MultiheadAttention):
            yield from _attention(name, module)
            continue
        kind = _kind_of(module)
        if kind is not None:
            yield from _checked(name, module, *kind, left_out)


def _without_kind(
    model: nn.Module, names: dict[nn.Module, str], candidates: list[_Candidate]
) -> Iterator[LeftOut]:
    """Matrices and kernels that the contract has no kind of layer for."""
    measured = {id(c.weight): c.name for c in candidates}
    for module in model.modules():
        if _kind_of(module) is not None or is_norm(module):
            continue
        for parameter, tensor in module.named_parameters(recurse=False):
            if tensor.dim() >= 2:
                name = names[module] if parameter == "weight" else f"{names[module]}.{parameter}"
                holder = measured.get(id(tensor))
                yield LeftOut(
                    name.strip(".") or "model",
                    f"tied to '{holder}'"
                    if holder is not None
                    else f"{type(module).__name__} {list(tensor.shape)}: no kind of layer yet",
                )


def _checked(
    name: str,
    module: nn.Module,
    kind: str,
    axes: tuple[str, ...],
    left_out: list[LeftOut],
) -> Iterator[_Candidate]:
    weight = module._parameters.get("weight")
    if weight is None:
        left_out.append(LeftOut(name, "its weight is computed from others, as by parametrizations"))
    elif weight.dim() != len(axes):
        left_out.append(LeftOut(name, f"its weight has shape {list(weight.shape)}, as if packed"))
    else:
        standard = ("out", "in", "kH", "kW")[: len(axes)]
        shape = tuple(int(weight.shape[axes.index(axis)]) for axis in standard)
        layout = None if axes == standard else ",".join(axes)
        bias = module._parameters.get("bias")
        yield _Candidate(name or "model", module, weight, bias, kind, shape, layout)


def _attention(name: str, module: nn.MultiheadAttention) -> Iterator[_Candidate]:
    """Queries, keys and values of torch's own attention, whose weights are in no module."""
    for key in ("in_proj_weight", "q_proj_weight", "k_proj_weight", "v_proj_weight"):
        weight = module._parameters.get(key)
        if weight is not None:
            bias = module._parameters.get("in_proj_bias") if key == "in_proj_weight" else None
            layer = f"{name}.{key.removesuffix('_weight')}".strip(".")
            shape = tuple(int(size) for size in weight.shape)
            yield _Candidate(layer, module, weight, bias, "dense", shape)


def _kind_of(module: nn.Module) -> tuple[str, tuple[str, ...]] | None:
    """The contract's kind of a module's weight, and the order of the weight's dimensions."""
    if isinstance(module, nn.Linear | nn.MultiheadAttention):
        return "dense", ("out", "in")
    if type(module).__name__ == "Conv1D" and type(module).__module__.startswith("transformers."):
        return "dense", ("in", "out")
    if isinstance(module, nn.Conv2d):
        return "convolution", ("out", "in", "kH", "kW")
    if isinstance(module, nn.ConvTranspose2d) and module.groups == 1:
        return "convolution", ("in", "out", "kH", "kW")
    return None


def is_norm(module: nn.Module) -> bool:
    """Whether a module is a norm layer: named so, and with a scale per channel."""
    weight = module._parameters.get("weight")
    return "Norm" in type(module).__name__ and weight is not None and weight.dim() == 1


def is_observed(module: nn.Module) -> bool:
    """Whether the place of a module in a forward pass matters."""
    return _kind_of(module) is not None or is_norm(module)


def _untied(candidates: list[_Candidate], left_out: list[LeftOut]) -> list[_Candidate]:
    """Each weight once, under the name of the first layer that has it."""
    first: dict[int, _Candidate] = {}
    for candidate in candidates:
        holder = first.setdefault(id(candidate.weight), candidate)
        if holder is not candidate:
            left_out.append(LeftOut(candidate.name, f"tied to '{holder.name}'"))
    return list(first.values())


def _require_matches(
    candidates: list[_Candidate],
    left_out: list[LeftOut],
    include: Sequence[str],
    exclude: Sequence[str],
) -> None:
    for what, patterns in (("include", include), ("exclude", exclude)):
        if isinstance(patterns, str):
            raise ValueError(
                f"{what} must be a list of patterns, got: '{patterns}'; write ['{patterns}']"
            )
        known = [c.name for c in candidates] + [out.name for out in left_out]
        for pattern in patterns:
            if not any(fnmatchcase(name, pattern) for name in known):
                raise ValueError(
                    f"{what} pattern '{pattern}' matches no layer; the model has "
                    f"{_some([c.name for c in candidates])}"
                )


def _reason(
    candidate: _Candidate,
    include: Sequence[str],
    exclude: Sequence[str],
    trained: Collection[nn.Parameter] | None,
) -> str | None:
    weight = candidate.weight
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
    ]
    for applies, reason in checks:
        if applies:
            return reason()
    if trained is not None and not any(weight is p for p in trained):
        return "not among the optimizer's parameters"
    return None


def _nothing(left_out: list[LeftOut]) -> str:
    if not left_out:
        return "the model has no layer to balance: no Linear, Conv2d or attention is in it"
    reasons = _some([f"{out.name} ({out.reason})" for out in left_out])
    return f"the model has no layer to balance; left out: {reasons}"


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _norms_by_wire(observed: ForwardPass | None) -> dict[nn.Module, nn.Module]:
    """The norm layer that was fed directly with what a weight layer gave."""
    norms: dict[nn.Module, nn.Module] = {}
    for norm, feeder in observed.feeders.items() if observed is not None else ():
        if is_norm(norm) and not is_norm(feeder):
            norms.setdefault(feeder, norm)
    return norms


def _norms_by_registration(model: nn.Module) -> dict[nn.Module, nn.Module]:
    """A batch norm of the right width that is registered right behind its layer."""
    norms: dict[nn.Module, nn.Module] = {}
    before: nn.Module | None = None
    for module in model.modules():
        if next(module.parameters(recurse=False), None) is None:
            continue
        if isinstance(module, nn.modules.batchnorm._BatchNorm) and before is not None:
            width = getattr(before, "out_channels", getattr(before, "out_features", None))
            if width == module.num_features:
                norms[before] = module
        before = module
    return norms


def _blocks(model: nn.Module, kept: list[_Candidate]) -> dict[str, int]:
    """Numbers the innermost elements of lists of modules that hold more than one layer."""
    holder: dict[str, nn.Module] = {}
    for container in model.modules():  # an outer container comes before the inner ones
        if isinstance(container, nn.ModuleList | nn.Sequential):
            for element in container:
                inside = set(element.modules())
                held = [c.name for c in kept if c.module in inside]
                if len(held) > 1:
                    holder.update(dict.fromkeys(held, element))
    numbers: dict[int, int] = {}
    return {
        c.name: numbers.setdefault(id(holder[c.name]), len(numbers))
        for c in kept
        if c.name in holder
    }
