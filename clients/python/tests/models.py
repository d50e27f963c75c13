"""Networks and training steps for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - as everybody writes it
from torch import nn

from isotherm.rates import LayerRates

LAYERS = 7


def net(device: str = "cpu", width: int = 32) -> nn.Sequential:
    """Six blocks of a Linear and its LayerNorm, and a head; the same weights each time."""
    torch.manual_seed(1)
    blocks = [
        nn.Sequential(nn.Linear(width, width), nn.LayerNorm(width), nn.GELU()) for _ in range(6)
    ]
    return nn.Sequential(*blocks, nn.Linear(width, 10)).to(device)


def owner(model: nn.Sequential) -> dict[nn.Parameter, str]:
    """Layer i of the network has all parameters of its i-th block."""
    return {p: f"l{i}" for i, block in enumerate(model) for p in block.parameters()}


def factors(step: int) -> dict[str, float]:
    """Factors that differ from layer to layer and change every third step."""
    if step < 2:
        return {}
    return {f"l{i}": 0.5 + i / (LAYERS - 1) + 0.01 * (step // 3) for i in range(LAYERS)}


def fill_gradients(model: nn.Module) -> torch.Tensor:
    """Forward and backward of one fixed batch; gives the loss."""
    device = next(model.parameters()).device
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(16, 32, generator=generator).to(device)
    y = torch.randint(0, 10, (16,), generator=generator).to(device)
    model.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    return loss


def difference(a: nn.Module, b: nn.Module) -> float:
    """The largest difference of two networks' weights."""
    pairs = zip(a.parameters(), b.parameters(), strict=True)
    return max((x.float() - y.float()).abs().max().item() for x, y in pairs)


Make = Callable[[Iterable[Any]], torch.optim.Optimizer]
Schedule = Callable[[torch.optim.Optimizer], Any]


def train_by_hand(
    make: Make, steps: int, schedule: Schedule | None = None, device: str = "cpu"
) -> nn.Module:
    """The reference: a group per layer for good, whose rate is set before each step.

    The base rate comes from the schedule of another optimizer that has one parameter of its own.
    """
    model = net(device)
    optimizer = make([{"params": list(block.parameters())} for block in model])
    dummy = nn.Parameter(torch.zeros(2, 2, device=device))
    base = make([dummy])
    scheduler = schedule(base) if schedule else None
    for step in range(steps):
        fill_gradients(model)
        for i, group in enumerate(optimizer.param_groups):
            for key in ("lr", "momentum", "betas"):
                if key in group:
                    group[key] = base.param_groups[0][key]
            group["lr"] = group["lr"] * factors(step).get(f"l{i}", 1.0)
        optimizer.step()
        dummy.grad = torch.zeros_like(dummy)
        base.step()
        if scheduler:
            advance(scheduler)
    return model


def train_with_hooks(
    make: Make, steps: int, schedule: Schedule | None = None, device: str = "cpu"
) -> tuple[nn.Module, torch.optim.Optimizer, list[float]]:
    """The same with :class:`LayerRates`; also the optimizer, and the rates that its user saw."""
    model = net(device)
    optimizer = make(list(model.parameters()))
    rates = LayerRates(optimizer, owner(model))
    scheduler = schedule(optimizer) if schedule else None
    seen = []
    for step in range(steps):
        fill_gradients(model)
        rates.set(factors(step), {})
        optimizer.step()
        seen.append(float(optimizer.param_groups[0]["lr"]))
        if scheduler:
            advance(scheduler)
    return model, optimizer, seen


def advance(scheduler: Any) -> None:
    """One step of a scheduler; a plateau scheduler is told of a loss that stays."""
    if isinstance(scheduler, torch.optim.lr_scheduler.ReduceLROnPlateau):
        scheduler.step(1.0)
    else:
        scheduler.step()
