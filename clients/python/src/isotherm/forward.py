"""Watches one forward pass: in which order modules run, and which is fed by which."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import nn


class ForwardPass:
    """The first forward pass of a model, seen by hooks that look and change nothing.

    What ``torch.compile`` has compiled cannot be seen; then ``complete`` stays False.
    """

    def __init__(self, model: nn.Module, watched: Callable[[nn.Module], bool]) -> None:
        self._position: dict[nn.Module, int] = {}
        self._outputs: dict[int, tuple[weakref.ref[torch.Tensor], nn.Module]] = {}
        self.feeders: dict[nn.Module, nn.Module] = {}
        self._root = model
        self._parent = {child: m for m in model.modules() for child in m.children()}
        self._handles = (
            []
            if _is_compiled(model)
            else [m.register_forward_hook(self._ran) for m in model.modules() if watched(m)]
        )

    @property
    def complete(self) -> bool:
        """Whether a forward pass has been seen."""
        return bool(self._position)

    def position(self, module: nn.Module) -> int:
        """The place of a module in the pass.

        One that did not run itself, as the output projection of torch's attention, has the place
        of the module that it is in; one that did not run at all comes last.
        """
        at: nn.Module | None = module
        while at is not None:
            if at in self._position:
                return self._position[at]
            at = self._parent.get(at)
        return len(self._position)

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
        self._position[module] = len(self._position)
        if args:
            fed_by = self._outputs.get(id(args[0]))
            if fed_by is not None and fed_by[0]() is args[0]:
                self.feeders[module] = fed_by[1]
        if isinstance(output, torch.Tensor):
            self._outputs[id(output)] = (weakref.ref(output), module)


def _is_compiled(model: nn.Module) -> bool:
    return any(
        type(module).__name__ == "OptimizedModule"
        or getattr(module, "_compiled_call_impl", None) is not None
        for module in model.modules()
    )
