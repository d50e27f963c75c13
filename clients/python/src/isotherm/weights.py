"""The weights of modules: what kind of layer each is, and the order of its dimensions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from torch import nn
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

_KERNEL = {1: ("kW",), 2: ("kH", "kW"), 3: ("kD", "kH", "kW")}

#: The orders of dimensions that the contract calls standard, and the kind of layer of each.
_STANDARD: dict[tuple[str, ...], str] = {
    ("out", "in"): "dense",
    ("stack", "out", "in"): "stack",
    **{("out", "in", *kernel): "convolution" for kernel in _KERNEL.values()},
}

_EMBEDDING = ("rows", "dim")

#: Modules of torch whose matrix or kernel is their parameter ``weight``.
_WITH_WEIGHT = (nn.Linear, _ConvNd, nn.Embedding, nn.EmbeddingBag)

_WRAPPERS = frozenset({"_orig_mod", "module", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"})


@dataclass(frozen=True, eq=False)
class Weight:
    """A parameter that is the weight of a layer.

    Attributes:
        name: of the layer, without the prefixes of wrappers
        module: that has the parameter
        parameter: the weight
        bias: what takes the layer's factor beside it
        axes: what its dimensions are, in the weight's own order
    """

    name: str
    module: nn.Module
    parameter: nn.Parameter
    bias: nn.Parameter | None
    axes: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The contract's kind of layer."""
        return "embedding" if self.axes == _EMBEDDING else _STANDARD[self._standard]

    @property
    def shape(self) -> tuple[int, ...]:
        """The weight's shape in the contract's order, such as ``[out, in, kH, kW]``."""
        sizes = self.parameter.shape
        return tuple(int(sizes[self.axes.index(axis)]) for axis in self._standard)

    @property
    def layout(self) -> str | None:
        """The order of the weight's dimensions where a reader could not know it, or None."""
        if self.axes == self._standard and self.kind != "stack":
            return None
        return ",".join(self.axes)

    @property
    def _standard(self) -> tuple[str, ...]:
        if self.axes == _EMBEDDING:
            return _EMBEDDING
        return next(axes for axes in _STANDARD if sorted(axes) == sorted(self.axes))


@dataclass(frozen=True)
class LeftOut:
    """A layer that is not measured, or a norm layer that takes no layer's factor, and why."""

    name: str
    reason: str


def weights_of(
    model: nn.Module, names: Mapping[nn.Module, str], layouts: Mapping[str, str]
) -> Iterator[Weight | LeftOut]:
    """The weights of all modules as they are registered, and what is none of a known kind.

    Args:
        model: whose modules are looked at
        names: of its modules
        layouts: orders of dimensions by glob of names, for parameters whose use only the user knows

    Raises:
        ValueError: with one line, if a layout is none of the contract's
    """
    given = {pattern: _layout(pattern, text) for pattern, text in layouts.items()}
    for module in model.modules():
        yield from _of_module(names[module], module, given)


def names_of(model: nn.Module) -> dict[nn.Module, str]:
    """The name of each module without the prefixes of wrappers, where that stays unique."""
    names: dict[nn.Module, str] = {}
    taken: set[str] = set()
    for full, module in model.named_modules():
        short = ".".join(part for part in full.split(".") if part not in _WRAPPERS)
        name = full if short in taken and short else short
        taken.add(name)
        names[module] = name
    return names


def is_norm(module: nn.Module) -> bool:
    """Whether a module is a norm layer: named so, with parameters per channel and no others."""
    parameters = [p for p in module._parameters.values() if p is not None]
    return (
        "Norm" in type(module).__name__
        and bool(parameters)
        and all(p.dim() == 1 for p in parameters)
    )


def _layout(pattern: str, text: str) -> tuple[str, ...]:
    axes = tuple(text.split(",")) if isinstance(text, str) else ()
    if not any(sorted(axes) == sorted(standard) for standard in _STANDARD):
        known = ", ".join(f"'{','.join(standard)}'" for standard in _STANDARD)
        raise ValueError(
            f"layout of '{pattern}' must be one of {known}, in any order, got: {text!r}"
        )
    return axes


def _of_module(
    name: str, module: nn.Module, layouts: Mapping[str, tuple[str, ...]]
) -> Iterator[Weight | LeftOut]:
    if type(module).__name__ == "ParametrizationList" or is_norm(module):
        return
    if isinstance(module, _WITH_WEIGHT) and module._parameters.get("weight") is None:
        yield LeftOut(
            name or "model",
            f"its weight is computed from other parameters at each pass{_by(module)}; they keep "
            "the optimizer's rate",
        )
        return
    parameters = {key: p for key, p in module._parameters.items() if p is not None}
    biases = {key: _bias(key, parameters) for key, p in parameters.items() if p.dim() >= 2}
    for key, bias in biases.items():
        if key in biases.values():
            continue
        parameter = parameters[key]
        layer = (name if key == "weight" else f"{name}.{key}").strip(".") or "model"
        given = (axes for glob, axes in layouts.items() if fnmatchcase(layer, glob))
        axes = next(given, None) or _axes(module, key, parameter)
        if isinstance(axes, str):
            yield LeftOut(layer, axes)
        elif parameter.dim() != len(axes):
            yield LeftOut(layer, f"its weight has shape {list(parameter.shape)}, as if packed")
        else:
            beside = parameters[bias] if bias is not None else None
            yield Weight(_short(layer, module), module, parameter, beside, axes)


def _axes(module: nn.Module, key: str, parameter: nn.Parameter) -> tuple[str, ...] | str:
    """What a parameter's dimensions are, or why nobody knows."""
    if key == "weight" and isinstance(module, _ConvNd):
        channels = ("in", "out") if isinstance(module, _ConvTransposeNd) else ("out", "in")
        return (*channels, *_KERNEL[len(module.kernel_size)])
    if key == "weight" and isinstance(module, nn.Embedding | nn.EmbeddingBag):
        return _EMBEDDING
    if _is_of(module, "transformers", "Conv1D"):
        return ("in", "out")
    if _multiplies(module, key):
        return ("out", "in")
    if parameter.dim() == 3 and _is_stack(module):
        return ("stack", "in", "out") if _has_inputs_first(module) else ("stack", "out", "in")
    what = f"{type(module).__name__} {list(parameter.shape)}"
    if isinstance(module, nn.Bilinear):
        return f"{what}: a form of two inputs, which is no matrix from one to the other"
    return f"{what}: what its dimensions are is not known; say so with layouts="


def _multiplies(module: nn.Module, key: str) -> bool:
    """Whether a parameter is a matrix ``[out, in]`` that inputs are multiplied with."""
    if isinstance(module, nn.Linear) and key == "weight":
        return True
    if isinstance(module, nn.MultiheadAttention):
        return key.endswith("proj_weight")
    if isinstance(module, nn.RNNBase | nn.RNNCellBase):
        return key.startswith("weight_")
    # The routers of mixtures of experts are matrices [experts, in], without a Linear.
    is_router = type(module).__name__.endswith(("Router", "Gate"))
    return is_router and key == "weight" and type(module).__module__.startswith("transformers.")


def _is_stack(module: nn.Module) -> bool:
    return hasattr(module, "is_transposed") or _is_known_with_inputs_first(module)


def _has_inputs_first(module: nn.Module) -> bool:
    """Whether the matrices of a stack are ``[in, out]``; transformers says so of its experts."""
    return bool(getattr(module, "is_transposed", _is_known_with_inputs_first(module)))


def _is_known_with_inputs_first(module: nn.Module) -> bool:
    return _is_of(module, "torchtune", "GroupedExperts", "LoRAGroupedExperts") or _is_of(
        module, "transformers", "Llama4TextExperts", "GptOssExperts"
    )


def _is_of(module: nn.Module, package: str, *classes: str) -> bool:
    """Whether a module is of a class of a package that need not be there."""
    return any(
        base.__name__ in classes and base.__module__.split(".")[0] == package
        for base in type(module).__mro__
    )


def _bias(key: str, parameters: Mapping[str, nn.Parameter]) -> str | None:
    """The name of the bias of a weight, if it has one."""
    names = (key.replace("weight", "bias"), f"{key}_bias")
    return next((name for name in names if name != key and name in parameters), None)


def _short(layer: str, module: nn.Module) -> str:
    return layer.removesuffix("_weight") if isinstance(module, nn.MultiheadAttention) else layer


def _by(module: nn.Module) -> str:
    """Which parametrizations or hooks compute the weight of a module."""
    lists = module._modules.get("parametrizations")
    makers: list[object] = []
    for some in lists.children() if lists is not None else ():
        makers += some.children()
    makers += [hook for hook in module._forward_pre_hooks.values() if hasattr(hook, "name")]
    names = dict.fromkeys(type(maker).__name__.strip("_") for maker in makers)
    return f", by {', '.join(names)}" if names else ""
