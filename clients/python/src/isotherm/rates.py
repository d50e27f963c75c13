"""Factors per layer on any optimizer with parameter groups, inside ``step()`` and nowhere else.

A hook before the step exchanges the optimizer's groups for groups that are split by factor, a hook
behind it puts the user's groups back. State is kept by parameter, so it is not concerned;
schedulers, logging, checkpoints and ``state_dict`` see the user's groups with the user's rates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

Group = dict[str, Any]

#: What a part of a group has of its own; everything else that a step writes goes back.
_OWN = frozenset({"params", "param_names", "lr", "weight_decay", "_isotherm_whole"})


def optimizers_of(given: object) -> list[Optimizer]:
    """The optimizers that do the work, behind accelerate's and ZeRO-1's wrappers.

    Args:
        given: an optimizer, a wrapper of one, or a sequence of them

    Raises:
        ValueError: with one line that says what would work, if one of them cannot be balanced
    """
    if isinstance(given, Sequence):
        if not given:
            raise ValueError("optimizer must not be an empty list")
        return [inner for one in given for inner in optimizers_of(one)]
    inner = _unwrapped(given)
    if type(inner).__module__.startswith("deepspeed"):
        raise ValueError(
            f"{type(inner).__name__} keeps flat partitions, in which layers cannot be told apart; "
            "use the optimizer of torch, or torch's ZeroRedundancyOptimizer"
        )
    if not isinstance(inner, Optimizer):
        raise ValueError(
            "optimizer must be a torch.optim.Optimizer or hold one as .optimizer, got: "
            f"{type(given).__name__}"
        )
    if isinstance(inner, torch.optim.LBFGS):
        raise ValueError(
            "LBFGS takes one rate for all of its parameters together, so factors per layer cannot "
            "act; use SGD, AdamW or another optimizer with parameter groups, or isotherm.watch"
        )
    return [inner]


def groups_of(given: object) -> Iterator[Group]:
    """The groups of optimizers as their user sees them: with those of ZeRO-1's other ranks.

    Args:
        given: what :func:`optimizers_of` takes
    """
    if isinstance(given, Sequence):
        for one in given:
            yield from groups_of(one)
    else:
        yield from next(o.param_groups for o in _shells_of(given) if hasattr(o, "param_groups"))


def _unwrapped(optimizer: object) -> object:
    """The optimizer inside wrappers."""
    *_, innermost = _shells_of(optimizer)
    return innermost


def _shells_of(optimizer: object) -> Iterator[object]:
    """An optimizer and what it wraps, inwards; ``.optim`` is that of ZeroRedundancyOptimizer."""
    yield optimizer
    while not type(optimizer).__module__.startswith("deepspeed"):
        fields = getattr(optimizer, "__dict__", {})
        held = [fields.get(name) for name in ("optimizer", "_optimizer", "optim")]
        inner = next((o for o in held if hasattr(o, "step") and o is not optimizer), None)
        if inner is None:
            return
        optimizer = inner
        yield optimizer


class LayerRates:
    """The factors of one optimizer's parameters.

    Args:
        optimizer: one that :func:`optimizers_of` gave
        owner: the layer of each parameter that has one
        before_step: called at the start of every step, before anything moves
    """

    def __init__(
        self,
        optimizer: Optimizer,
        owner: Mapping[nn.Parameter, str],
        before_step: Callable[[], None] = lambda: None,
    ) -> None:
        self.optimizer = optimizer
        self._owner = owner
        self._before_step = before_step
        self._factors: dict[str, float] = {}
        self._decays: dict[str, float] = {}
        self._version = 0
        self._parts: dict[int, _Parts] = {}
        self._graphs: dict[int, _GraphFactors] = {}
        self._users: list[Group] | None = None
        #: Nanoseconds that the training thread has spent in the hooks.
        self.nanos = 0
        #: Whether a step of the optimizer is in a CUDA graph, which runs without hooks.
        self.captured = False
        # torch.compile of the step would trace the hooks and bake the factors of now into it.
        untraced: Callable[..., Any] = torch.compiler.disable
        self._handles = [
            optimizer.register_step_pre_hook(untraced(self._begin)),
            optimizer.register_step_post_hook(untraced(self._end)),
            optimizer.register_state_dict_pre_hook(lambda _: self.restore()),
            optimizer.register_load_state_dict_pre_hook(lambda _, __: self.restore()),
        ]

    def set(self, factors: Mapping[str, float], decays: Mapping[str, float]) -> None:
        """The factors from the next step on, by layer; a layer that is not named has 1."""
        factors = {layer: f for layer, f in factors.items() if f != 1.0}
        decays = {layer: f for layer, f in decays.items() if f != 1.0}
        if factors != self._factors or decays != self._decays:
            self._factors, self._decays = factors, decays
            self._version += 1
            for graph in self._graphs.values():
                graph.set(factors)

    def adopt(self, owner: Mapping[nn.Parameter, str]) -> None:
        """Other layers for the parameters, as when a forward pass has shown what follows what."""
        self._owner = owner
        self._version += 1
        self._graphs.clear()

    def restore(self) -> None:
        """Puts the user's groups back, which a step that raised has left split."""
        if self._users is not None:
            self.optimizer.param_groups, self._users = self._users, None

    def bases(self) -> list[Any]:
        """The user's rate of each group, a number or a tensor on any device."""
        return [group["lr"] for group in self._users or self.optimizer.param_groups]

    def remove(self) -> None:
        """Leaves the optimizer as it was found."""
        self.restore()
        for handle in self._handles:
            handle.remove()

    def _begin(self, optimizer: Optimizer, args: Any, kwargs: Any) -> Any:
        began = time.perf_counter_ns()
        self.restore()  # the step before this one has raised
        self.captured |= _is_capturing()
        self._before_step()
        closure = args[1] if len(args) > 1 else kwargs.get("closure")
        if closure is None:
            self._split()
        self.nanos += time.perf_counter_ns() - began
        if closure is None:
            return None

        def with_users_groups() -> Any:
            # Lightning runs forward and backward in here, and its user reads the rates there.
            self.restore()
            loss = closure()
            self._split()
            return loss

        if len(args) > 1:
            return (args[0], with_users_groups, *args[2:]), kwargs
        return args, {**kwargs, "closure": with_users_groups}

    def _end(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._users is None:
            return
        began = time.perf_counter_ns()
        for part in optimizer.param_groups:
            whole = part.get("_isotherm_whole")
            if whole is not None:  # step counters and the like of optimizers of others
                for key, value in part.items():
                    if key not in _OWN and whole.get(key) is not value:
                        whole[key] = value
        self.restore()
        self.nanos += time.perf_counter_ns() - began

    def _split(self) -> None:
        users = self.optimizer.param_groups
        captured = _is_capturing()
        parts: list[Group] = []
        for group in users:
            parts += self._captured(group) if captured else self._split_one(group)
        self._users, self.optimizer.param_groups = users, parts

    def _split_one(self, group: Group) -> list[Group]:
        parts = self._parts.get(id(group))
        if parts is None or not parts.fit(group, self._version):
            parts = _Parts(group, self._version, self._key)
            self._parts[id(group)] = parts
            if _on_device(group["lr"]):
                self._graphs[id(group)] = _GraphFactors(group, self._owner, self._factors)
        if parts.whole:
            return [group]
        rates = parts.scaled(group["lr"])
        return [
            _part(group, where, rate, decay)
            for (_, decay), where, rate in zip(parts.keys, parts.where, rates, strict=True)
        ]

    def _key(self, parameter: nn.Parameter) -> tuple[float, float]:
        layer = self._owner.get(parameter, "")
        return self._factors.get(layer, 1.0), self._decays.get(layer, 1.0)

    def _captured(self, group: Group) -> list[Group]:
        """Parts for a CUDA graph, which replays without hooks: factors live in device memory."""
        lr = group["lr"]
        if not _on_device(lr):
            raise ValueError(
                "a step inside a CUDA graph is replayed with the rate that it was captured with, "
                "so factors cannot act; give the optimizer its rate as a tensor on the device, "
                "lr=torch.tensor(..., device='cuda'), with capturable=True"
            )
        if self._decays:
            raise ValueError(
                "a step inside a CUDA graph is replayed with the weight decay that it was captured "
                "with; use a policy that leaves weight decay alone, or step outside of the graph"
            )
        graph = self._graphs.get(id(group))
        if graph is None:
            raise ValueError(
                "take a step outside of the CUDA graph before the one that is captured"
            )
        rates = (lr * graph.factors).unbind()
        return [
            _part(group, where, rate, 1.0) for where, rate in zip(graph.where, rates, strict=True)
        ]


def _part(group: Group, where: list[int], rate: Any, decay: float) -> Group:
    part = dict(group)
    part["params"] = [group["params"][i] for i in where]
    if "param_names" in group:
        part["param_names"] = [group["param_names"][i] for i in where]
    part["lr"] = rate
    if group.get("weight_decay"):
        part["weight_decay"] = group["weight_decay"] * decay
    part["_isotherm_whole"] = group
    return part


class _Parts:
    """How a group is split: places in its list of parameters by pair of factors."""

    def __init__(
        self, group: Group, version: int, key: Callable[[nn.Parameter], tuple[float, float]]
    ) -> None:
        self._params = group["params"]
        self._length = len(group["params"])
        self._version = version
        by_key: dict[tuple[float, float], list[int]] = {}
        for i, parameter in enumerate(group["params"]):
            by_key.setdefault(key(parameter), []).append(i)
        self.keys = list(by_key)
        self.where = list(by_key.values())
        self.whole = self.keys in ([], [(1.0, 1.0)])
        self._factors: torch.Tensor | None = None

    def fit(self, group: Group, version: int) -> bool:
        return (
            self._version == version
            and self._params is group["params"]
            and self._length == len(group["params"])
        )

    def scaled(self, lr: Any) -> Iterable[Any]:
        """The rate of each part, of the kind that the user's is."""
        if not isinstance(lr, torch.Tensor):
            return [lr * factor for factor, _ in self.keys]
        if self._factors is None or self._factors.device != lr.device:
            self._factors = _vector([factor for factor, _ in self.keys], lr)
        return (lr.detach().reshape(()) * self._factors).unbind()  # one kernel for all parts


class _GraphFactors:
    """One factor for each layer of a group, at an address where a CUDA graph reads it each time.

    Made before anything is captured, so that it is not in the memory that a graph reuses.
    """

    def __init__(
        self, group: Group, owner: Mapping[nn.Parameter, str], factors: Mapping[str, float]
    ) -> None:
        by_layer: dict[str, list[int]] = {}
        for i, parameter in enumerate(group["params"]):
            by_layer.setdefault(owner.get(parameter, ""), []).append(i)
        self.layers = list(by_layer)
        self.where = list(by_layer.values())
        self.factors = _vector(self._of(factors), group["lr"])

    def set(self, factors: Mapping[str, float]) -> None:
        self.factors.copy_(_vector(self._of(factors), self.factors))

    def _of(self, factors: Mapping[str, float]) -> list[float]:
        return [factors.get(layer, 1.0) for layer in self.layers]


def _is_capturing() -> bool:
    return torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing()


def _on_device(lr: object) -> bool:
    return isinstance(lr, torch.Tensor) and lr.is_cuda


def _vector(values: list[float], like: torch.Tensor) -> torch.Tensor:
    """Numbers of the dtype and on the device of another tensor; waits for no device."""
    host = torch.tensor(values, dtype=like.dtype, pin_memory=like.is_cuda)
    return host.to(like.device, non_blocking=True)
