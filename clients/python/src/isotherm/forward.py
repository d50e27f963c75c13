"""Watches one forward pass: in which order modules run, and which is fed by which."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch import nn

#: Modules whose output is their input for what feeds what.
_TRANSPARENT = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.Identity, nn.Flatten)


class ForwardPass:
    """The first forward pass of a model, seen by hooks that look and change nothing.

    What ``torch.compile`` has compiled cannot be seen; then ``complete`` stays False.
    """

    def __init__(self, model: nn.Module) -> None:
        self._position: dict[nn.Module, int] = {}
        self._outputs: dict[int, _Output] = {}
        #: Which module gave the first input of a module, itself or a view of it, in forward order.
        self.fed_by: dict[nn.Module, nn.Module] = {}
        self._root = model
        self._parent = {child: m for m in model.modules() for child in m.children()}
        self._before = _neighbours(model)
        self._handles = (
            []
            if _is_compiled(model)
            else [
                m.register_forward_hook(self._ran)
                for m in model.modules()
                if isinstance(m, _TRANSPARENT) or _has_own_parameters(m)
            ]
        )

    @property
    def complete(self) -> bool:
        """Whether a forward pass has been seen."""
        return bool(self._position)

    def position(self, module: nn.Module) -> int:
        """The place of a module in the pass.

        One that did not run itself, as the output projection of torch's attention, has the place
        of the module that it is in. One that did not run at all, as an expert that got no token,
        has the place of the one that is registered before it.
        """
        at: nn.Module | None = module
        while at is not None:
            if at in self._position:
                return self._position[at]
            at = self._parent.get(at)
        at = module
        while at is not None and at not in self._position:
            at = self._before.get(at)
        return -1 if at is None else self._position[at]

    def ran(self) -> list[nn.Module]:
        """The modules that have run, in order."""
        return list(self._position)

    def stop(self) -> None:
        """Takes the hooks away and forgets the activations; order and feeders stay."""
        for handle in self._handles:
            handle.remove()
        self._handles = []
        self._outputs.clear()

    def _ran(self, module: nn.Module, args: tuple[Any, ...], output: object) -> None:
        # DataParallel runs copies of the modules, on other threads, with the same hooks.
        is_ours = module is self._root or module in self._parent
        if not is_ours or module in self._position or torch.compiler.is_compiling():
            return
        feeder = self._feeder(args[0]) if args else None
        if feeder is not None:
            self.fed_by[module] = feeder
        if not isinstance(module, _TRANSPARENT):
            self._position[module] = len(self._position)
        elif feeder is None:
            return
        if isinstance(output, tuple) and output:
            output = output[0]
        if isinstance(output, torch.Tensor) and not output.is_inference():
            giver = feeder if isinstance(module, _TRANSPARENT) and feeder is not None else module
            self._outputs[id(_whole(output))] = _Output(output, giver)

    def _feeder(self, tensor: object) -> nn.Module | None:
        if not isinstance(tensor, torch.Tensor) or tensor.is_inference():
            return None
        given = self._outputs.get(id(_whole(tensor)))
        return given.module if given is not None and given.is_seen_in(tensor) else None


class _Output:
    """What a module gave, as long as nothing has changed it in place."""

    def __init__(self, tensor: torch.Tensor, module: nn.Module) -> None:
        self._whole = weakref.ref(_whole(tensor))
        self._version = tensor._version
        self.module = module

    def is_seen_in(self, tensor: torch.Tensor) -> bool:
        return self._whole() is _whole(tensor) and tensor._version == self._version


def _whole(tensor: torch.Tensor) -> torch.Tensor:
    """What a view is a view of."""
    return tensor if tensor._base is None else tensor._base


def _has_own_parameters(module: nn.Module) -> bool:
    return any(parameter is not None for parameter in module._parameters.values())


def _neighbours(model: nn.Module) -> dict[nn.Module, nn.Module]:
    """The module that is registered before each, of those with parameters of their own."""
    modules = [m for m in model.modules() if _has_own_parameters(m)]
    return dict(zip(modules[1:], modules, strict=False))


def _is_compiled(model: nn.Module) -> bool:
    return any(
        type(module).__name__ == "OptimizedModule"
        or getattr(module, "_compiled_call_impl", None) is not None
        for module in model.modules()
    )
