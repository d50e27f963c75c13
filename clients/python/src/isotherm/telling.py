"""Progress messages: what a run tells of itself as it trains, for the live page."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import torch

from isotherm.inforce import FactorsInForce
from isotherm.progress import Metrics, pending_number
from isotherm.publisher import Progress

#: Seconds between two messages at least; a snapshot and the end bring one of their own.
_INTERVAL = 0.5

#: Layers of a run whose messages have their factors; of larger runs only decisions have them.
_MAX_TOLD = 2_000


class Telling:
    """Notes what is worth telling, and puts it into messages. For the training thread.

    Args:
        run: its name
        total_steps: planned length in steps
        layers: how many are measured
    """

    def __init__(self, run: str, total_steps: int, layers: int) -> None:
        self._run_name = run
        self._total_steps = total_steps
        self._tells_factors = layers <= _MAX_TOLD
        self._metrics = Metrics(run)
        self._loss: Any = None
        self._next = 0.0

    def note(
        self,
        loss: Any = None,
        accuracy: Any = None,
        metrics: Mapping[str, Any] | None = None,
        processed: Mapping[str, float] | None = None,
    ) -> None:
        """Remembers what a step or an epoch told; see :meth:`isotherm.Run.step`."""
        if loss is not None:  # without what it was computed from
            self._loss = loss.detach() if isinstance(loss, torch.Tensor) else loss
        self._metrics.note(accuracy, metrics, processed)

    @property
    def is_due(self) -> bool:
        """Whether the message before this one is long ago."""
        return time.monotonic() >= self._next

    def message(
        self,
        incarnation: int,
        step: int,
        epoch: int,
        in_force: FactorsInForce,
        counters: Mapping[str, int],
    ) -> Progress:
        """What is told now; numbers may still be on their way from a device.

        Args:
            incarnation: of the run
            step: steps trained
            epoch: epochs completed
            in_force: whose rates and newly applied decisions are told
            counters: of all ranks
        """
        self._next = time.monotonic() + _INTERVAL
        self._metrics.note(metrics=in_force.differing_bases())
        progress: Progress = {
            "run": self._run_name,
            "incarnation": incarnation,
            "step": step,
            "epoch": epoch,
            "totalSteps": max(self._total_steps, step),
            "loss": pending_number(self._loss),
            "baseLearningRate": pending_number(in_force.base()),
            "applied": in_force.take_applied(),
            "counters": {n: count for n, count in counters.items() if n != "decisionsFenced"},
            **self._metrics.take(),
        }
        if self._tells_factors:
            progress["factors"] = _changed(in_force.rates.learning_rate.now())
            decays = _changed(in_force.rates.weight_decay.now())
            if decays:
                progress["weightDecayFactors"] = decays
        return progress


def _changed(factors: Mapping[str, float]) -> dict[str, float]:
    return {name: factors[name] for name in sorted(factors) if factors[name] != 1.0}
